using System.CommandLine;
using System.Text.Json;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Reports;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Verbs;

/// <summary>A run whose results are there already: its files and models are opened again from what its manifest says, to look at samples.</summary>
internal static class ReopenedRun
{
    // What the manifest has beside options: they follow from the others.
    private static readonly string[] NotOptions = ["files", "names"];

    /// <summary>Makes the pictures of samples, where files and models are still what they were.</summary>
    /// <param name="groups">The samples.</param>
    /// <param name="results">The run's results.</param>
    /// <param name="parsed">The command line of <c>report</c>: where models are, and on what they run.</param>
    /// <param name="interrupt">Ends the making of pictures.</param>
    /// <returns>The gallery; without pictures, its note says why.</returns>
    public static Gallery Pictures(IReadOnlyList<GalleryGroup> groups, ResultSet results, ParseResult parsed, CancellationToken interrupt)
    {
        if (results.Manifest is not { } manifest)
        {
            return Gallery.WithoutPictures(groups, "There are no pictures: a single file of results does not say where its samples are. Score with --out DIR, or with --report.");
        }

        try
        {
            return manifest.Verb == "compare"
                ? OfCompare(groups, manifest, parsed, interrupt)
                : OfScore(groups, manifest, parsed, interrupt);
        }
        catch (Exception exception) when (exception is DatasetException or UsageException or TensorFileException or ImageFileException or ModelException or DeviceException or InferenceException)
        {
            return Gallery.WithoutPictures(groups, $"There are no pictures: {exception.Message}");
        }
    }

    private static Gallery OfScore(IReadOnlyList<GalleryGroup> groups, ResultManifest manifest, ParseResult parsed, CancellationToken interrupt)
    {
        var again = Parse(ScoreVerb.Create(interrupt), manifest, parsed);
        using var loss = ScoreVerb.Open(again, CommonOptions.Store(parsed), out var open, out var dataset);
        RequireUnchanged(manifest, dataset, [("decoder", loss.Decoder.Model), ("lpips", loss.Lpips.Model)]);
        return new GalleryReader(PictureRecipe.Of(open, loss)).Read(groups, interrupt);
    }

    private static Gallery OfCompare(IReadOnlyList<GalleryGroup> groups, ResultManifest manifest, ParseResult parsed, CancellationToken interrupt)
    {
        var again = Parse(CompareVerb.Create(interrupt), manifest, parsed);
        var input = ComparedInput.Open(again);
        using var scoring = input.Load();
        RequireUnchanged(manifest, input.Dataset, [("decoder", scoring.Loss.Decoder.Model), ("lpips", scoring.Loss.Lpips.Model)]);
        return new GalleryReader(scoring.Pictures(input.OpenAgain)).Read(groups, interrupt);
    }

    private static ParseResult Parse(Command command, ResultManifest manifest, ParseResult parsed)
    {
        List<string> arguments = [];
        foreach (var (name, value) in manifest.Run.Where(option => !NotOptions.Contains(option.Key)))
        {
            foreach (var one in Values(manifest, name, value))
            {
                arguments.AddRange([$"--{name}", one]);
            }
        }

        // Decoders are compared by one term.
        if (!manifest.Run.ContainsKey("decoders") && manifest.Provenance.TryGetProperty("weights", out var weights) && weights.ValueKind == JsonValueKind.Object)
        {
            foreach (var weight in weights.EnumerateObject())
            {
                Add(arguments, $"--{weight.Name}-weight", weight.Value.GetRawText());
            }
        }

        AddModel(arguments, manifest.Provenance, "decoder");
        AddModel(arguments, manifest.Provenance, "lpips");
        Add(arguments, "--resize", Text(manifest.Provenance, "resize"));
        Add(arguments, "--shard", Text(manifest.Provenance, "shard"));
        Add(arguments, "--tile", manifest.Provenance.TryGetProperty("tile", out var tile) ? tile.GetRawText() : null);
        Add(arguments, "--models", parsed.GetValue(CommonOptions.Models));
        Add(arguments, "--device", parsed.GetValue(ExecutionChoice.Device));
        Add(arguments, "--threads", parsed.GetValue(ExecutionChoice.Threads) is { } threads ? FormattableString.Invariant($"{threads}") : null);
        var again = command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        return again.Errors.Count == 0 ? again : throw new UsageException($"the manifest's run can't be repeated: {again.Errors[0].Message}");
    }

    // Options given more than once stand in one value, with a space between.
    private static IEnumerable<string> Values(ResultManifest manifest, string name, string value) => (name, manifest.Verb) switch
    {
        ("format", _) => value.Split(' ', StringSplitOptions.RemoveEmptyEntries),
        ("pred", "compare") when manifest.Run.ContainsKey("decoders") => [value],
        ("pred", "compare") => Named(value, manifest.Run.GetValueOrDefault("names", string.Empty).Split(' ')),
        _ => [value],
    };

    // "a=x b=y z" is "a=x" and "b=y z": a name is one of the checkpoints'.
    private static List<string> Named(string value, string[] names)
    {
        List<string> named = [];
        foreach (var part in value.Split(' '))
        {
            if (named.Count == 0 || names.Any(name => part.StartsWith($"{name}=", StringComparison.Ordinal)))
            {
                named.Add(part);
            }
            else
            {
                named[^1] += $" {part}";
            }
        }

        return value.Length == 0 ? [] : named;
    }

    private static void RequireUnchanged(ResultManifest manifest, Dataset dataset, (string Role, Model Model)[] models)
    {
        foreach (var (role, model) in models)
        {
            if (manifest.Provenance.TryGetProperty(role, out var was) && was.ValueKind == JsonValueKind.Object && Text(was, "sha256") is { } sha256 && sha256 != model.Sha256)
            {
                throw new UsageException($"{role} '{model.Name}' is another one now (sha256 {model.Sha256}); the results are of {sha256}. Name the folder of that one with --models.");
            }
        }

        if (manifest.Run.TryGetValue("files", out var files) && dataset.Fingerprint() is var now && now != files)
        {
            throw new UsageException($"the files are others now: {now}; the results are of {files}.");
        }
    }

    private static void AddModel(List<string> arguments, JsonElement provenance, string role) =>
        Add(arguments, $"--{role}", provenance.TryGetProperty(role, out var model) && model.ValueKind == JsonValueKind.Object ? Text(model, "name") : null);

    private static void Add(List<string> arguments, string option, string? value)
    {
        if (value is not null)
        {
            arguments.AddRange([option, value]);
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
