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
        var (latents, openPairs) = Open(parsed, model);
        RequireNumbersToDraw(parsed);
        using var file = parsed.GetValue(Out) is { } path ? new AuditFile(path) : null;
        using var report = ReportOptions.Open(parsed);
        var pairs = openPairs?.Invoke();
        using var networks = pairs is null ? null : Load(parsed, model);
        var decoder = model is null ? null : new AuditDecoder(model.Value.Name, model.Value.Manifest.Latent!);
        var run = new AuditRun(latents, pairs, decoder, networks?.Reconstruction, interrupt);
        var result = run.Run(ProvenanceOf(parsed, model, networks), networks is null ? 1 : CommonOptions.BatchSize(parsed, networks.Decoder.Device).Size);
        if (networks is not null)
        {
            ExecutionChoice.TellOfOverflow(networks.Decoder);
        }

        file?.Write(result);
        Show(parsed, result);
        if (report is not null)
        {
            var page = AuditReport.Of($"audit: {ReportOptions.NameOf(parsed.GetRequiredValue(Latents))}", result);
            var recipe = networks is null ? null : PictureRecipe.Of(openPairs!, networks);
            if (!ReportOptions.Write(report, page, recipe, interrupt))
            {
                return ExitCode.Interrupted;
            }
        }

        return result.Counts.Errors > 0 ? ExitCode.GateFailed : ExitCode.Ok;
    }

    // Bad files of a folder are findings here, and so is what has no partner; a dataset of which nothing can be read is bad input.
    private static (Dataset Latents, Func<Dataset>? OpenPairs) Open(ParseResult parsed, Lazy<Model>? model)
    {
        var rules = new DatasetRules(AllowMissing: true, ReasonsKept: int.MaxValue);
        var reading = DatasetOptions.Reading(parsed, side: null);
        reading = model is null ? reading with { Layout = LayoutOf(parsed) } : reading.For(model, parsed);
        var latents = new DatasetInput("LATENTS", parsed.GetRequiredValue(Latents), SourceKind.Latent) { Reading = reading };
        return (
            Dataset.Open([latents], rules),
            parsed.GetValue(Images) is { } images ? () => Dataset.Open([latents, new DatasetInput("--images", images, SourceKind.Image) { Reading = reading }], rules) : null);
    }

    // Null where nothing is to be decoded.
    private static AuditNetworks? Load(ParseResult parsed, Lazy<Model>? model)
    {
        if (model is null || parsed.GetValue(Lpips) is not { } name)
        {
            return null;
        }

        var lpips = CommonOptions.Store(parsed).Find(name, ModelKind.Lpips);
        DefaultModels.TellOfApproximations(model.Value, lpips);
        return new AuditNetworks(model.Value, lpips, ExecutionChoice.Of(parsed), CommonOptions.Tiling(parsed));
    }

    private static AuditProvenance ProvenanceOf(ParseResult parsed, Lazy<Model>? model, AuditNetworks? networks) =>
        new(ToolVersion.Text, parsed.GetRequiredValue(Latents), parsed.GetValue(Images), parsed.GetValue(CommonOptions.Units))
        {
            Runtime = networks is null ? null : InferenceRuntime.Version,
            Device = networks?.Decoder.Device.ToString(),
            Precision = networks is null || networks.Decoder.Precision == ComputePrecision.Float32 ? null : ExecutionChoice.NameOf(networks.Decoder.Precision),
            Decoder = model is null ? null : Provenance.Identity(model.Value),
            Lpips = networks is null ? null : Provenance.Identity(networks.Lpips.Model),
        };

    private static void RequireNumbersToDraw(ParseResult parsed)
    {
        if (parsed.GetValue(ReportOptions.Plots) is { } plots && parsed.GetValue(Lpips) is null)
        {
            throw new UsageException($"--plots {plots}: the chart of an audit shows how far decoded latents are from their images. Give --images, --decoder and --lpips, or leave it out.");
        }
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
