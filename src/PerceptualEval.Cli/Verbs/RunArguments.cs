using System.Globalization;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;

namespace PerceptualEval.Cli.Verbs;

/// <summary>The arguments that open the files and models of an earlier run again, from what its manifest says.</summary>
internal static class RunArguments
{
    // What the manifest has beside options: they follow from the others.
    private static readonly string[] NotOptions = ["files", "names"];

    /// <summary>Lists them.</summary>
    /// <param name="manifest">The run's manifest.</param>
    /// <param name="provenance">The manifest's provenance.</param>
    public static List<string> Of(ResultManifest manifest, ScoreProvenance provenance)
    {
        // What was left out then is left out again; whether that is the same is seen from the files' fingerprint.
        List<string> arguments = [DatasetOptions.AllowMissing.Name];
        foreach (var (name, value) in manifest.Run.Where(option => !NotOptions.Contains(option.Key)))
        {
            arguments.AddRange(Values(manifest, name, value).SelectMany(one => new[] { $"--{name}", one }));
        }

        // Decoders are compared by one term, and named among the options.
        if (provenance.Decoders is null)
        {
            Add(CommonOptions.Decoder.Name, provenance.Decoder?.Name);
            Add(ScoringOptions.LatentWeight.Name, Text(provenance.Weights.Latent));
            Add(ScoringOptions.PerceptualWeight.Name, Text(provenance.Weights.Perceptual));
            Add(ScoringOptions.InputWeight.Name, Text(provenance.Weights.Input));
        }

        Add(CommonOptions.Lpips.Name, provenance.Lpips?.Name);
        Add(ScoringOptions.Resize.Name, provenance.Resize);
        Add(CommonOptions.Tile.Name, Further(provenance, Provenance.TileField));
        Add(ResultOptions.Shard.Name, Further(provenance, ResultRun.ShardField));
        if (bool.TryParse(Further(provenance, Provenance.ClampField), out var clamp) && clamp)
        {
            arguments.Add(ScoringOptions.Clamp.Name);
        }

        return arguments;

        void Add(string option, string? value) => arguments.AddRange(value is null ? [] : [option, value]);
    }

    private static string Text(double weight) => weight.ToString("R", CultureInfo.InvariantCulture);

    private static string? Further(ScoreProvenance provenance, string field) => provenance.More?.TryGetValue(field, out var value) == true ? value.ToString() : null;

    private static string[] Values(ResultManifest manifest, string name, string value) => (name, manifest.Verb) switch
    {
        ("format", _) => value.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ("pred", "compare") => value.Split(ResultRun.Separator, StringSplitOptions.RemoveEmptyEntries),
        _ => [value],
    };
}
