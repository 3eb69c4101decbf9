using System.Text.Json;
using PerceptualEval.Comparisons;

namespace PerceptualEval.Cli.Results.Folders;

/// <summary>The results of a run, read back from a folder or a file.</summary>
/// <param name="Path">The folder or file, as given.</param>
/// <param name="Rows">The scored samples, in the order of the dataset; of a comparison, several rows a sample.</param>
/// <param name="BadFiles">The samples that were passed over because their files are bad; none in single files, which don't tell.</param>
/// <param name="Provenance">What the results depend on, as in <c>--json</c>; null for .csv and .jsonl, which have none.</param>
/// <param name="Summary">The summary as the run wrote it; null for .csv and .jsonl, and for a run that is not complete.</param>
internal sealed record ResultSet(
    string Path, IReadOnlyList<ResultRow> Rows, IReadOnlyList<ResultRow> BadFiles, JsonElement? Provenance, JsonElement? Summary)
{
    /// <summary>The folder's manifest; null for a single file.</summary>
    public ResultManifest? Manifest { get; init; }

    /// <summary>The names in <see cref="ResultRow.Checkpoint"/>, in the order of their first rows; none where one checkpoint was scored.</summary>
    public IReadOnlyList<string> Checkpoints => [.. Rows.Select(row => row.Checkpoint).OfType<string>().Distinct()];

    /// <summary>What the checkpoints are compared with; null where one was scored, or where the results don't tell.</summary>
    public string? Baseline { get; init; }

    /// <summary>The seed of a comparison's intervals; 0 where the results don't tell.</summary>
    public long Seed { get; init; }

    /// <summary>Reads the results of a run.</summary>
    /// <param name="path">A folder of <c>--out DIR</c>, or a .json, .jsonl, .csv or .parquet file of <c>--out FILE</c>.</param>
    /// <exception cref="ResultException">It is neither, or can't be read, or a part is missing or changed.</exception>
    public static ResultSet Read(string path) => Directory.Exists(path) ? ResultFolder.Read(path) : ResultFile.Read(path);

    /// <summary>Summarizes the rows again: the same to the last bit as the run did.</summary>
    /// <param name="checkpoint">Whose rows; null for all.</param>
    public LossSummary Summarize(string? checkpoint = null)
    {
        var toLoss = ToLoss();
        var accumulator = new LossAccumulator();
        foreach (var row in Rows.Where(row => checkpoint is null || row.Checkpoint == checkpoint))
        {
            accumulator.Update(toLoss(row.Score));
        }

        return accumulator.Compute();
    }

    /// <summary>Compares the checkpoints of the rows again: the same to the last bit as the run did. Samples that one of them lacks are left out.</summary>
    /// <param name="cancellationToken">Stops the statistics.</param>
    /// <exception cref="ResultException">There are no checkpoints, the baseline is none of them, or a sample is there twice.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public ComparisonSummary Compare(CancellationToken cancellationToken = default)
    {
        var names = Checkpoints;
        if (names.Count == 0 || !names.Contains(Baseline ?? names[0]))
        {
            throw new ResultException(Path, $"has scores of '{string.Join("', '", names)}'{(Baseline is null ? "" : $", and the baseline '{Baseline}'")}; expected those of checkpoints, the baseline among them.");
        }

        var toLoss = ToLoss();
        var accumulator = new ComparisonAccumulator(names, Baseline);
        foreach (var sample in Rows.GroupBy(row => row.Id))
        {
            var scores = ByCheckpoint(sample);
            if (names.All(scores.ContainsKey))
            {
                accumulator.Update(sample.Key, [.. names.Select(name => toLoss(scores[name]))]);
            }
        }

        return accumulator.Compute(Seed, cancellationToken);
    }

    /// <summary>The weights of the terms; null where the results don't tell.</summary>
    public LossWeights? Weights() => Provenance is { ValueKind: JsonValueKind.Object } provenance && provenance.TryGetProperty("weights", out var weights)
        ? weights.Deserialize(ResultJson.Default.LossWeights)
        : null;

    private Dictionary<string, ScoreRow> ByCheckpoint(IGrouping<string, ResultRow> sample)
    {
        var scores = new Dictionary<string, ScoreRow>(StringComparer.Ordinal);
        foreach (var row in sample)
        {
            if (row.Checkpoint is not { } checkpoint || !scores.TryAdd(checkpoint, row.Score))
            {
                throw new ResultException(Path, $"holds sample '{sample.Key}' {(row.Checkpoint is { } twice ? $"of '{twice}' twice" : "without a checkpoint")}; expected one score of each. Give results that this tool wrote.");
            }
        }

        return scores;
    }

    // A term counts as computed where it has a weight, or any row has it.
    private Func<ScoreRow, SampleLoss> ToLoss()
    {
        var weights = Weights();
        var hasPerceptual = weights?.Perceptual > 0 || Rows.Any(row => row.Score.PerceptualLoss is not null);
        var hasOnInputs = weights?.Input > 0 || Rows.Any(row => row.Score.PerceptualLossOnInputs is not null);
        return row => row.ToLoss(hasPerceptual, hasOnInputs);
    }
}
