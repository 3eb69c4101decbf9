using System.Text.Json;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.Statistics;

namespace PerceptualEval.Cli.Gates;

/// <summary>The losses of an earlier run, to pair with those of this one by id.</summary>
internal sealed class BaselineScores : ScoreWriter
{
    // An interval takes two differences.
    private const int LeastShared = 2;

    // What changes a loss whatever the latents are. Version, runtime and device only change its last digits.
    private static readonly string[] ThatDecide = ["decoder", "lpips", "weights", "units", "resize", "clamp", "tile", "precision", "float16_sha256"];

    private readonly string _path;
    private readonly Dictionary<string, double> _losses;
    private readonly List<(string Id, double Loss)> _now = [];

    private BaselineScores(string path, Dictionary<string, double> losses) => (_path, _losses) = (path, losses);

    /// <summary>Reads the results of an earlier run.</summary>
    /// <param name="path">A .json, .jsonl, .csv or .parquet file, or a folder of results.</param>
    /// <param name="provenance">What the scores of this run depend on.</param>
    /// <exception cref="ResultException">It holds no results, those of several checkpoints, or losses that do not compare.</exception>
    public static BaselineScores Read(string path, ScoreProvenance provenance)
    {
        var results = ResultSet.Read(path);
        if (results.Checkpoints.Count > 0)
        {
            throw new ResultException(path, "holds the results of several checkpoints; expected one run of score. Give that run's results.");
        }

        RefuseOtherLoss(results, JsonSerializer.SerializeToElement(provenance, ResultJson.Default.ScoreProvenance), provenance.Weights);
        var losses = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var row in results.Rows)
        {
            if (!losses.TryAdd(row.Id, LossOf(row.Score)))
            {
                throw new ResultException(path, $"holds sample '{row.Id}' twice; ids pair the runs. Give the results of one run.");
            }
        }

        return new BaselineScores(path, losses);
    }

    /// <inheritdoc/>
    public override void Write(ScoreRow row) => _now.Add((row.Id, LossOf(row)));

    /// <inheritdoc/>
    public override void Complete(LossSummary summary, long badFiles = 0)
    {
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    /// <summary>The gate that the losses which were written are not worse than the earlier ones.</summary>
    /// <param name="seed">The seed of the interval.</param>
    /// <param name="cancellationToken">Stops the resampling.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Gate NotWorse(long seed, CancellationToken cancellationToken) => NotWorse(_now, seed, null, cancellationToken);

    /// <summary>The same of other losses.</summary>
    /// <param name="now">Samples and their losses; NaN where one is not finite.</param>
    /// <param name="seed">The seed of the interval.</param>
    /// <param name="checkpoint">Whose losses they are; null in a run of one.</param>
    /// <param name="cancellationToken">Stops the resampling.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public Gate NotWorse(IReadOnlyList<(string Id, double Loss)> now, long seed, string? checkpoint, CancellationToken cancellationToken)
    {
        var shared = now.Where(sample => _losses.ContainsKey(sample.Id)).ToArray();
        if (shared.Length < LeastShared)
        {
            return Gate.Unpaired(_path, _losses.Count, now.Count, shared.Length, checkpoint);
        }

        var finite = Array.FindAll(shared, sample => double.IsFinite(sample.Loss) && double.IsFinite(_losses[sample.Id]));
        var difference = finite.Length == 0 ? null : PairedDifference.Of(
            Array.ConvertAll(finite, sample => sample.Loss), Array.ConvertAll(finite, sample => _losses[sample.Id]), seed, cancellationToken);
        return Gate.NotWorse(difference, _path, checkpoint) with { Note = NoteOn(now.Count - shared.Length, _losses.Count - shared.Length) };
    }

    private static double LossOf(ScoreRow row) => row is { NonFinite: null, Loss: { } loss } ? loss : double.NaN;

    private string? NoteOn(int aloneHere, int aloneThere) => aloneHere + aloneThere == 0 ? null : FormattableString.Invariant(
        $"without a partner, and in no comparison with '{_path}': {aloneHere} samples of this run, {aloneThere} of that one.");

    // A .csv and a .jsonl do not say what they depend on; they are taken at the user's word.
    private static void RefuseOtherLoss(ResultSet results, JsonElement now, LossWeights weights)
    {
        if (results.Provenance is not { ValueKind: JsonValueKind.Object } earlier)
        {
            return;
        }

        // What is resized is the image of the third term.
        foreach (var name in ThatDecide.Where(name => name != "resize" || weights.Input > 0))
        {
            if (Identity(earlier, name) != Identity(now, name))
            {
                throw new ResultException(results.Path, $"{name} is {Text(earlier, name)} there, {Text(now, name)} now; such losses do not compare. Score both alike.");
            }
        }
    }

    // A model is what its weights are, whatever it is called here and there.
    private static string? Identity(JsonElement provenance, string name) =>
        provenance.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object && value.TryGetProperty("sha256", out var sha256)
            ? sha256.GetString()
            : Text(provenance, name);

    // Written anew: a folder's manifest is laid out in lines.
    private static string Text(JsonElement provenance, string name) => provenance.TryGetProperty(name, out var value) ? ResultRun.OnOneLine(value) : "not given";
}
