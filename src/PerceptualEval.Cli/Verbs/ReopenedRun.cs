using System.CommandLine;
using System.Text.Json;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Reports;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Verbs;

/// <summary>A run whose results are there already: its files and models are opened again from what its manifest says, to look at samples.</summary>
/// <param name="manifest">The run's manifest.</param>
/// <param name="parsed">The command line of <c>report</c>: where models are, and on what they run.</param>
/// <param name="interrupt">Ends the making of pictures.</param>
internal sealed class ReopenedRun(ResultManifest manifest, ParseResult parsed, CancellationToken interrupt)
{
    private readonly ScoreProvenance _provenance = manifest.Provenance.Deserialize(ResultJson.Default.ScoreProvenance)!;

    /// <summary>Makes the pictures of samples, where files and models are still what they were.</summary>
    /// <param name="groups">The samples.</param>
    /// <returns>The gallery; without pictures, its note says why.</returns>
    /// <exception cref="OperationCanceledException">It was interrupted.</exception>
    public Gallery Pictures(IReadOnlyList<GalleryGroup> groups)
    {
        try
        {
            return manifest.Verb == "compare" ? OfCompare(groups) : OfScore(groups);
        }
        catch (Exception exception) when (exception is DatasetException or UsageException or TensorFileException or ImageFileException or ModelException or DeviceException or InferenceException)
        {
            return Gallery.WithoutPictures(groups, $"There are no pictures: {exception.Message}");
        }
    }

    private Gallery OfScore(IReadOnlyList<GalleryGroup> groups)
    {
        using var loss = ScoreVerb.Open(Parse(ScoreVerb.Create(interrupt)), CommonOptions.Store(parsed), out var open, out var dataset);
        RequireUnchanged(dataset, Provenance.Of(loss, BatchSize.One));
        return new GalleryReader(PictureRecipe.Of(open, loss)).Read(groups, interrupt);
    }

    private Gallery OfCompare(IReadOnlyList<GalleryGroup> groups)
    {
        var input = ComparedInput.Open(Parse(CompareVerb.Create(interrupt)));
        using var scoring = input.Load();
        RequireUnchanged(input.Dataset, input.Provenance(scoring, BatchSize.One));
        return new GalleryReader(scoring.Pictures(input.OpenAgain)).Read(groups, interrupt);
    }

    private ParseResult Parse(Command command)
    {
        var arguments = RunArguments.Of(manifest, _provenance);
        arguments.AddRange([ExecutionChoice.Device.Name, parsed.GetValue(ExecutionChoice.Device)!]);
        arguments.AddRange(parsed.GetValue(CommonOptions.Models) is { } models ? [CommonOptions.Models.Name, models] : []);
        arguments.AddRange(parsed.GetValue(ExecutionChoice.Threads) is { } threads ? [ExecutionChoice.Threads.Name, FormattableString.Invariant($"{threads}")] : []);
        var again = command.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        return again.Errors.Count == 0 ? again : throw new UsageException($"the manifest's run can't be repeated: {again.Errors[0].Message}");
    }

    private void RequireUnchanged(Dataset dataset, ScoreProvenance now)
    {
        foreach (var (was, model) in Models(_provenance).Zip(Models(now)).Where(pair => pair.First.Sha256 != pair.Second.Sha256))
        {
            throw new UsageException($"model '{model.Name}' is another one now (sha256 {model.Sha256}); the results are of {was.Sha256}. Name the folder of that one with --models.");
        }

        if (manifest.Run.TryGetValue("files", out var files) && dataset.Fingerprint() is var found && found != files)
        {
            throw new UsageException($"the files are others now: {found}; the results are of {files}.");
        }
    }

    private static IEnumerable<ModelIdentity> Models(ScoreProvenance provenance) =>
        new[] { provenance.Decoder, provenance.Lpips }.Concat(provenance.Decoders ?? []).OfType<ModelIdentity>();
}
