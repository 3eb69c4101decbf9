using System.Text;
using System.Text.Json;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.Statistics;

namespace PerceptualEval.Cli.Gates;

/// <summary>The losses of an earlier run, to pair with those of this one by id.</summary>
internal sealed class BaselineScores : ScoreWriter
{
    // What changes a loss whatever the latents are. Version, runtime and device only change its last digits.
    private static readonly string[] ThatDecide = ["decoder", "lpips", "weights", "units", "resize", "clamp", "tile"];

    private readonly Dictionary<string, double> _losses;
    private readonly List<(string Id, double Loss)> _now = [];

    private BaselineScores(string path, Dictionary<string, double> losses) => (Path, _losses) = (path, losses);

    /// <summary>The file or folder, as given.</summary>
    public string Path { get; }

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

        RefuseOtherLoss(results, JsonSerializer.SerializeToElement(provenance, ResultJson.Default.ScoreProvenance));
        var losses = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var row in results.Rows.Where(row => row.Score is { NonFinite: null, Loss: not null }))
        {
            if (!losses.TryAdd(row.Id, row.Score.Loss!.Value))
            {
                throw new ResultException(path, $"holds sample '{row.Id}' twice; ids pair the runs. Give the results of one run.");
            }
        }

        return new BaselineScores(path, losses);
    }

    /// <inheritdoc/>
    public override void Write(ScoreRow row)
    {
        if (row is { NonFinite: null, Loss: { } loss })
        {
            _now.Add((row.Id, loss));
        }
    }

    /// <inheritdoc/>
    public override void Complete(LossSummary summary, long badFiles = 0)
    {
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    /// <summary>How the losses that were written differ from the earlier ones.</summary>
    /// <param name="seed">The seed of the interval.</param>
    /// <returns>The difference over the samples of both; null where there are none.</returns>
    public PairedDifference? Difference(long seed) => Difference(_now, seed);

    /// <summary>How losses differ from the earlier ones.</summary>
    /// <param name="now">Samples and their finite losses.</param>
    /// <param name="seed">The seed of the interval.</param>
    /// <returns>The difference over the samples of both; null where there are none.</returns>
    public PairedDifference? Difference(IEnumerable<(string Id, double Loss)> now, long seed)
    {
        var paired = now.Where(sample => _losses.ContainsKey(sample.Id)).ToArray();
        return paired.Length == 0 ? null
            : PairedDifference.Of(Array.ConvertAll(paired, sample => sample.Loss), Array.ConvertAll(paired, sample => _losses[sample.Id]), seed);
    }

    // A .csv and a .jsonl do not say what they depend on; they are taken at the user's word.
    private static void RefuseOtherLoss(ResultSet results, JsonElement now)
    {
        if (results.Provenance is not { ValueKind: JsonValueKind.Object } earlier)
        {
            return;
        }

        foreach (var name in ThatDecide)
        {
            var (there, here) = (Text(earlier, name), Text(now, name));
            if (there != here)
            {
                throw new ResultException(results.Path, $"{name} is {there ?? "not given"} there, {here ?? "not given"} now; such losses do not compare. Score both alike.");
            }
        }
    }

    // Written anew: a folder's manifest is laid out in lines.
    private static string? Text(JsonElement provenance, string name) =>
        provenance.TryGetProperty(name, out var value) ? Encoding.UTF8.GetString(ResultJson.Bytes(value, ResultJson.Default.JsonElement)) : null;
}
