using System.CommandLine;
using PerceptualEval.Cli.Auditing;
using PerceptualEval.Cli.Auditing.Decoding;
using PerceptualEval.Cli.Auditing.Writing;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Reports;
using PerceptualEval.Cli.Results;
using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>audit</c>: what is wrong with a dataset of latents.</summary>
internal static class AuditVerb
{
    // One finding each; more than this in one dataset is one problem, not many.
    private const int UnreadableListed = 10_000;

    private static readonly Argument<string> Latents = new("LATENTS") { Description = "A tensor file of latents, or a folder or archive of them." };

    private static readonly Option<string?> Images = new("--images")
    {
        HelpName = "I",
        Description = "The images that the latents were made from: sizes are compared; with --decoder and --lpips also what the latents decode to.",
    };

    private static readonly Option<string?> Decoder = new("--decoder")
    {
        HelpName = "MODEL",
        Description = "VAE decoder: a model's name or the path of its folder. [default: nothing is decoded]",
    };

    private static readonly Option<string?> Lpips = new("--lpips") { HelpName = "MODEL", Description = "LPIPS model, for --images with --decoder." };

    private static readonly Option<string?> Out = new("--out") { HelpName = "FILE", Description = "Also write the findings to FILE.json, .jsonl or .csv." };

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("audit", "What is wrong with this latent dataset? Exits 1 where there are errors.")
        {
            Latents, Images, Decoder, Lpips, CommonOptions.Tile,
            CommonOptions.Units, CommonOptions.Layout, DatasetOptions.Format, DatasetOptions.Posterior, DatasetOptions.Seed, DatasetOptions.Size,
            CommonOptions.Batch, ExecutionChoice.Device, ExecutionChoice.Threads, ExecutionChoice.Precision, ExecutionChoice.Library, ExecutionChoice.Provider, CommonOptions.Models,
            CommonOptions.Json, Out, ReportOptions.Page, ReportOptions.Plots,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var model = ModelOf(parsed);
        var reading = DatasetOptions.Reading(parsed, side: null);
        reading = model is null ? reading with { Layout = LayoutOf(parsed) } : reading.For(model, parsed);

        // Bad files of a folder are findings here, and so is what has no partner; a dataset of which nothing can be read is bad input.
        var rules = new DatasetRules(AllowMissing: true, ReasonsKept: UnreadableListed);
        var latents = new DatasetInput("LATENTS", parsed.GetRequiredValue(Latents), SourceKind.Latent) { Reading = reading };
        var alone = Dataset.Open([latents], rules);
        var images = parsed.GetValue(Images);
        Dataset? OpenPairs() => images is null ? null : Dataset.Open([latents, new DatasetInput("--images", images, SourceKind.Image) { Reading = reading }], rules);
        var provenance = new AuditProvenance(ToolVersion.Text, latents.Path, images, parsed.GetValue(CommonOptions.Units));
        using var file = parsed.GetValue(Out) is { } path ? new AuditFile(path) : null;
        using var report = ReportOptions.Open(parsed);
        var title = $"audit: {ReportOptions.NameOf(latents.Path)}";
        ReportData? data = null;
        var result = model is null
            ? new AuditRun(alone, OpenPairs(), null, null, interrupt).Run(provenance, batchSize: 1)
            : Decoded(parsed, alone, OpenPairs, model.Value, provenance, (audited, recipe) => data = report?.WithPictures(AuditReport.Of(title, audited), recipe, interrupt), interrupt);
        file?.Write(result);
        Show(parsed, result);
        report?.Write(data ?? AuditReport.Of(title, result));
        return result.Counts.Errors > 0 ? ExitCode.GateFailed : ExitCode.Ok;
    }

    // What is decoded is also shown, as long as the models are loaded.
    private static AuditResult Decoded(
        ParseResult parsed, Dataset alone, Func<Dataset?> openPairs, Model model, AuditProvenance provenance, Action<AuditResult, PictureRecipe> show, CancellationToken interrupt)
    {
        var known = new AuditDecoder(model.Name, model.Manifest.Latent!);
        provenance = provenance with { Decoder = Provenance.Identity(model) };
        var pairs = openPairs();
        if (pairs is null || parsed.GetValue(Lpips) is not { } lpipsName)
        {
            return new AuditRun(alone, pairs, known, null, interrupt).Run(provenance, batchSize: 1);
        }

        var execution = ExecutionChoice.Of(parsed);
        using var lpips = new PerceptualNetwork(CommonOptions.Store(parsed).Find(lpipsName, ModelKind.Lpips), execution);
        using var decoder = new LatentDecoder(model, execution);
        if (decoder.IsVideo)
        {
            throw new UsageException($"decoder '{model.Name}' takes clips, whose decoded frames are not audited. Leave out --lpips: values, shapes and sizes are checked without it.");
        }

        provenance = provenance with { Runtime = InferenceRuntime.Version, Device = $"{decoder.Device}", Lpips = Provenance.Identity(lpips.Model) };
        DefaultModels.TellOfApproximations(model, lpips.Model);
        var tiling = CommonOptions.Tiling(parsed);
        var result = new AuditRun(alone, pairs, known, new Reconstruction(decoder, lpips, tiling), interrupt).Run(provenance, CommonOptions.BatchSize(parsed, decoder.Device).Size);
        show(result, new PictureRecipe(() => openPairs()!, null, [new PictureSource(0, decoder)], lpips, RunUnits.Of(model, pairs), tiling));
        return result;
    }

    private static Lazy<Model>? ModelOf(ParseResult parsed)
    {
        var (decoder, lpips, images) = (parsed.GetValue(Decoder), parsed.GetValue(Lpips), parsed.GetValue(Images));
        if (lpips is not null && (decoder is null || images is null))
        {
            throw new UsageException("--lpips compares decoded latents with their images. Give --decoder and --images, too, or leave it out.");
        }

        if (decoder is not null && images is not null && lpips is null)
        {
            Console.Error.WriteLine("perceptual-eval: nothing is decoded: --lpips is missing.");
        }

        return decoder is null ? null : new Lazy<Model>(() => CommonOptions.Store(parsed).Find(decoder, ModelKind.Decoder));
    }

    private static SampleLayout LayoutOf(ParseResult parsed) => parsed.GetValue(CommonOptions.Layout) switch
    {
        null => SampleLayout.Image,
        "cthw" => SampleLayout.ChannelsFrames,
        "tchw" => SampleLayout.FramesChannels,
        var other => throw new UsageException($"--layout {other}: expected cthw or tchw."),
    };

    private static void Show(ParseResult parsed, AuditResult result)
    {
        if (parsed.GetValue(CommonOptions.Json))
        {
            using var output = new StandardOutput(Console.OpenStandardOutput());
            AuditJson.Write(output, result);
        }
        else
        {
            AuditTable.Write(ResultConsole.StandardOutput(), result);
        }
    }
}
