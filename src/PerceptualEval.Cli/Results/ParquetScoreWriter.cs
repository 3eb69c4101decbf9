using System.Text;
using Parquet;
using Parquet.Schema;

namespace PerceptualEval.Cli.Results;

/// <summary>
/// Writes Parquet: a string <c>id</c>, nullable doubles, a nullable string <c>non_finite</c>; provenance and summary are JSON in the
/// file's metadata. A Parquet file can be read only once its footer is there, so rows are kept in memory until the end.
/// </summary>
/// <param name="output">Where to write; owned by the writer.</param>
/// <param name="provenance">What the scores depend on.</param>
internal sealed class ParquetScoreWriter(Output output, ScoreProvenance provenance) : ScoreWriter
{
    /// <summary>The key of the provenance in the file's metadata.</summary>
    public const string ProvenanceKey = "perceptual_eval.provenance";

    /// <summary>The key of the summary in the file's metadata.</summary>
    public const string SummaryKey = "perceptual_eval.summary";

    private readonly List<ScoreRow> _rows = [];

    /// <inheritdoc/>
    public override void Write(ScoreRow row) => _rows.Add(row);

    /// <inheritdoc/>
    public override void Complete(LossSummary summary, long badFiles = 0)
    {
        // Parquet.Net is asynchronous only. Into memory it never waits, and from there to the file is one plain write.
        using var file = new MemoryStream();
        WriteFileAsync(file, summary, badFiles).GetAwaiter().GetResult();
        output.Write(file.GetBuffer().AsSpan(0, (int)file.Length));
        output.Commit();
    }

    /// <inheritdoc/>
    public override void Dispose() => output.Dispose();

    private async Task WriteFileAsync(Stream file, LossSummary summary, long badFiles)
    {
        DataField[] fields =
        [
            new DataField(ScoreRow.Columns[0], typeof(string), isNullable: false),
            .. ScoreRow.Columns.Skip(1).SkipLast(1).Select(name => new DataField<double?>(name)),
            new DataField(ScoreRow.Columns[^1], typeof(string), isNullable: true),
        ];

        await using var writer = await ParquetWriter.CreateAsync(new ParquetSchema(fields), file).ConfigureAwait(false);
        writer.CustomMetadata = new Dictionary<string, string>
        {
            [ProvenanceKey] = Encoding.UTF8.GetString(ResultJson.Bytes(provenance, ResultJson.Default.ScoreProvenance)),
            [SummaryKey] = Encoding.UTF8.GetString(ResultJson.Bytes(ScoreSummary.Of(summary, badFiles), ResultJson.Default.ScoreSummary)),
        };

        using var group = writer.CreateRowGroup();
        await group.WriteAsync(fields[0], Column(row => row.Id)).ConfigureAwait(false);
        await group.WriteAsync<double>(fields[1], Column(row => row.Loss)).ConfigureAwait(false);
        await group.WriteAsync<double>(fields[2], Column(row => row.LatentL2Loss)).ConfigureAwait(false);
        await group.WriteAsync<double>(fields[3], Column(row => row.PerceptualLoss)).ConfigureAwait(false);
        await group.WriteAsync<double>(fields[4], Column(row => row.PerceptualLossOnInputs)).ConfigureAwait(false);
        await group.WriteAsync(fields[5], Column(row => row.NonFinite)).ConfigureAwait(false);
    }

    private T[] Column<T>(Func<ScoreRow, T> value) => [.. _rows.Select(value)];
}
