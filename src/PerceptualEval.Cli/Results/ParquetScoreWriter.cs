using System.Text;
using Parquet;
using Parquet.Schema;

namespace PerceptualEval.Cli.Results;

/// <summary>
/// Writes Parquet: strings <c>checkpoint</c> (where rows have one) and <c>id</c>, nullable doubles, a nullable string <c>non_finite</c>;
/// provenance and what the run makes of the samples are JSON in the file's metadata. A Parquet file can be read only once its footer
/// is there, so rows are kept in memory until the end.
/// </summary>
/// <param name="output">Where to write; owned by the writer.</param>
/// <param name="provenance">What the scores depend on.</param>
/// <param name="hasCheckpoints">Whether rows name their checkpoint.</param>
internal sealed class ParquetScoreWriter(Output output, ScoreProvenance provenance, bool hasCheckpoints = false) : ScoreFile
{
    /// <summary>The key of the provenance in the file's metadata.</summary>
    public const string ProvenanceKey = KeyPrefix + "provenance";

    /// <summary>The key of the summary in the file's metadata.</summary>
    public const string SummaryKey = KeyPrefix + "summary";

    /// <summary>The key of a comparison's baseline in the file's metadata.</summary>
    public const string BaselineKey = KeyPrefix + "baseline";

    /// <summary>The key of a comparison's seed in the file's metadata.</summary>
    public const string SeedKey = KeyPrefix + "seed";

    private const string KeyPrefix = "perceptual_eval.";

    private readonly List<ScoreRow> _rows = [];

    /// <inheritdoc/>
    public override void Write(ScoreRow row) => _rows.Add(row);

    /// <inheritdoc/>
    public override void Dispose() => output.Dispose();

    /// <inheritdoc/>
    protected override void Complete(IReadOnlyList<ResultSection> sections)
    {
        // Parquet.Net is asynchronous only. Into memory it never waits, and from there to the file is one plain write.
        using var file = new MemoryStream();
        WriteFileAsync(file, sections).GetAwaiter().GetResult();
        output.Write(file.GetBuffer().AsSpan(0, (int)file.Length));
        output.Commit();
    }

    private async Task WriteFileAsync(Stream file, IReadOnlyList<ResultSection> sections)
    {
        DataField[] checkpoint = hasCheckpoints ? [new DataField(ScoreRow.CheckpointColumn, typeof(string), isNullable: false)] : [];
        DataField[] fields =
        [
            new DataField(ScoreRow.Columns[0], typeof(string), isNullable: false),
            .. ScoreRow.Columns.Skip(1).SkipLast(1).Select(name => new DataField<double?>(name)),
            new DataField(ScoreRow.Columns[^1], typeof(string), isNullable: true),
        ];

        var metadata = new Dictionary<string, string>
        {
            [ProvenanceKey] = Encoding.UTF8.GetString(ResultJson.Bytes(provenance, ResultJson.Default.ScoreProvenance)),
        };
        foreach (var section in sections)
        {
            metadata[KeyPrefix + section.Name] = Encoding.UTF8.GetString(section.Json);
        }

        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema([.. checkpoint, .. fields]), file).ConfigureAwait(false);
        writer.CustomMetadata = metadata;
        using var group = writer.CreateRowGroup();
        foreach (var field in checkpoint)
        {
            await group.WriteAsync(field, Column(row => row.Checkpoint!)).ConfigureAwait(false);
        }

        await group.WriteAsync(fields[0], Column(row => row.Id)).ConfigureAwait(false);
        await group.WriteAsync<double>(fields[1], Column(row => row.Loss)).ConfigureAwait(false);
        await group.WriteAsync<double>(fields[2], Column(row => row.LatentL2Loss)).ConfigureAwait(false);
        await group.WriteAsync<double>(fields[3], Column(row => row.PerceptualLoss)).ConfigureAwait(false);
        await group.WriteAsync<double>(fields[4], Column(row => row.PerceptualLossOnInputs)).ConfigureAwait(false);
        await group.WriteAsync(fields[5], Column(row => row.NonFinite)).ConfigureAwait(false);
    }

    private T[] Column<T>(Func<ScoreRow, T> value) => [.. _rows.Select(value)];
}
