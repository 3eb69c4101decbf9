using System.CommandLine;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Reports;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>score</c>: the composite loss of latent pairs.</summary>
internal static class ScoreVerb
{
    private static readonly Option<string?> Pred = new("--pred") { HelpName = "P", Description = "Predicted latents: a tensor file or a folder of them." };

    private static readonly Option<string?> Target = new("--target") { HelpName = "T", Description = "Target latents: a tensor file or a folder of them." };

    private static readonly Option<string?> Images = new("--images")
    {
        HelpName = "I",
        Description = "Images (for clips: videos) for the third term: image or tensor ([-1,1]) files.",
    };

    private static readonly Option<string?> Pairs = new("--pairs")
    {
        HelpName = "FILE",
        Description = "CSV or JSONL with columns id, pred, target and image, instead of --pred, --target and --images.",
    };

    private static readonly Option<string> Decoder = new("--decoder")
    {
        HelpName = "MODEL",
        Description = "VAE decoder: a model's name or the path of its folder.",
        Required = true,
    };

    private static readonly Option<double> LatentWeight = NumberOption.Weight("--latent-weight", "Weight of the latents' mean squared error.", 1);

    private static readonly Option<double> PerceptualWeight = NumberOption.Weight(
        "--perceptual-weight", "Weight of LPIPS(decode(target), decode(pred)).", 1);

    private static readonly Option<double> InputWeight = NumberOption.Weight("--input-weight", "Weight of LPIPS(image, decode(pred)).", 0);

    private static readonly Option<string> Resize = new("--resize")
    {
        HelpName = "none|image|decoded",
        Description = "What is resized where image and decoded image differ in size.",
        DefaultValueFactory = _ => "none",
    };

    private static readonly Option<bool> Clamp = new("--clamp") { Description = "Clamp decoded images to [-1,1] before they are compared." };

    private static readonly Option<double?> FailAbove = NumberOption.Finite("--fail-above", "Exit 1 where the mean loss is above X.");

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("score", "Score latent pairs: latent L2 + LPIPS of the decoded images, weighted.")
        {
            Pred, Target, Images, Pairs, DatasetOptions.AllowMissing, DatasetOptions.Strict, Decoder, CommonOptions.Lpips,
            LatentWeight, PerceptualWeight, InputWeight, Resize, Clamp, CommonOptions.Tile,
            CommonOptions.Units, CommonOptions.Layout, DatasetOptions.Format, DatasetOptions.Posterior, DatasetOptions.Seed, DatasetOptions.Size,
            CommonOptions.Batch, CommonOptions.Device, CommonOptions.Threads, CommonOptions.Models,
            ResultOptions.Shard, CommonOptions.Json, ResultOptions.Out, ResultOptions.Resume, ResultOptions.PartSize, FailAbove,
            ReportOptions.Page, ReportOptions.Plots,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var options = LossOptionsOf(parsed);
        var folder = ResultOptions.FolderOf(parsed);
        var (pred, target) = (DatasetOptions.Reading(parsed, "pred"), DatasetOptions.Reading(parsed, "target"));
        var store = CommonOptions.Store(parsed);
        var model = new Lazy<Model>(() => store.Find(parsed.GetRequiredValue(Decoder), ModelKind.Decoder));
        Dataset Open() => Dataset.OpenLatents(
            parsed.GetValue(Pred), parsed.GetValue(Target), parsed.GetValue(Images), parsed.GetValue(Pairs), DatasetOptions.Rules(parsed) with { Shard = ResultOptions.ShardOf(parsed) },
            pred.For(model, parsed), target.For(model, parsed));
        var dataset = Open();
        RequireImagesIfWeighted(dataset, options.Weights);

        // What is in other units than the run is scored in is converted.
        options = options with { Units = RunUnits.Of(model.Value, dataset) };
        using var loss = LatentPerceptualLoss.Load(
            parsed.GetRequiredValue(Decoder), parsed.GetRequiredValue(CommonOptions.Lpips), options, CommonOptions.Execution(parsed), store);
        var batchSize = CommonOptions.BatchSize(parsed, loss.Decoder.Device, loss.Decoder.IsVideo);
        var provenance = Provenance.Of(loss, batchSize, ResultOptions.ShardOf(parsed));

        // Standard output comes last: it says nothing where the file fails.
        using var file = folder is null && parsed.GetValue(ResultOptions.Out) is { } path ? ScoreFile.Create(path, provenance) : null;
        using var parts = ResultOptions.OpenFolder(parsed, () => ResultOptions.RunOf("score", provenance, dataset, parsed, Pred, Target, Images, Pairs));
        using var report = ReportOptions.Open(parsed);
        using var shown = new CollectedRows(Shown(parsed, provenance), report is not null);
        ReportKept(folder, parts);
        var run = new ScoreRun(loss, store, file, parts, shown);
        var summary = run.Score(dataset, batchSize, interrupt, out var interrupted);
        var code = DatasetReport.Write(dataset, run.Bad);
        if (report is not null && !interrupted)
        {
            var data = ScoreReport.Of(ReportTitle(parsed), ReportName(parsed), shown.Rows, provenance, run.Bad.Count);
            report.Write(report.WithPictures(data, PictureRecipe.Of(Open, loss), interrupt));
        }

        return interrupted ? Interrupted(summary, dataset, folder) : Gate(summary, parsed.GetValue(FailAbove)) is var gate and not ExitCode.Ok ? gate : code;
    }

    private static string ReportName(ParseResult parsed) => ReportOptions.NameOf(parsed.GetValue(Pred) ?? parsed.GetValue(Pairs)!);

    private static string ReportTitle(ParseResult parsed) => parsed.GetValue(Target) is { } target
        ? $"score: {ReportName(parsed)} against {ReportOptions.NameOf(target)}"
        : $"score: {ReportName(parsed)}";

    private static void ReportKept(string? folder, ResultFolderWriter? parts)
    {
        if (parts is { Kept.Count: > 0 })
        {
            var rest = parts.IsComplete ? "the run is complete, and nothing is scored again" : "the rest is scored now";
            Console.Error.WriteLine(FormattableString.Invariant($"perceptual-eval: '{folder}' holds {parts.Kept.Count} samples already; {rest}."));
        }
    }

    private static ExitCode Interrupted(LossSummary summary, Dataset dataset, string? folder)
    {
        var next = folder is null ? string.Empty : " Go on with --resume.";
        var all = dataset.SampleCount is { } count ? FormattableString.Invariant($" of {count}") : string.Empty;
        Console.Error.WriteLine(FormattableString.Invariant($"perceptual-eval: interrupted; the results are those of the first {summary.Count}{all} samples.{next}"));
        return ExitCode.Interrupted;
    }

    /// <summary>What standard output gets.</summary>
    internal static ScoreWriter Shown(ParseResult parsed, ScoreProvenance provenance) => parsed.GetValue(CommonOptions.Json)
        ? new JsonScoreWriter(new StandardOutput(Console.OpenStandardOutput()), provenance)
        : new ScoreTable(ResultConsole.StandardOutput(), provenance);

    /// <summary>Whether samples are not finite, or the mean loss is above the limit.</summary>
    internal static ExitCode Gate(LossSummary summary, double? failAbove)
    {
        if (summary.NonFinite > 0)
        {
            Console.Error.WriteLine(FormattableString.Invariant(
                $"perceptual-eval: not finite, and in no average: {summary.NonFinite} of {summary.Count} samples."));
            return ExitCode.GateFailed;
        }

        if (summary.Loss.Mean > failAbove)
        {
            Console.Error.WriteLine(FormattableString.Invariant($"perceptual-eval: gate failed: mean loss {summary.Loss.Mean} is above {failAbove}."));
            return ExitCode.GateFailed;
        }

        return ExitCode.Ok;
    }

    private static LossOptions LossOptionsOf(ParseResult parsed) => new()
    {
        Weights = new LossWeights(parsed.GetValue(LatentWeight), parsed.GetValue(PerceptualWeight), parsed.GetValue(InputWeight)),
        Resize = parsed.GetValue(Resize) switch
        {
            "none" => ResizeMode.None,
            "image" => ResizeMode.Image,
            "decoded" => ResizeMode.Decoded,
            var other => throw new UsageException($"--resize {other}: expected none, image or decoded."),
        },
        Clamp = parsed.GetValue(Clamp),
        Tiling = CommonOptions.Tiling(parsed),
    };

    private static void RequireImagesIfWeighted(Dataset dataset, LossWeights weights)
    {
        if (weights.Input > 0 && !dataset.HasImages)
        {
            throw new UsageException(FormattableString.Invariant($"--input-weight {weights.Input} needs images to compare with. Give --images, or an image column in --pairs."));
        }

        if (weights.Input == 0 && dataset.HasImages)
        {
            Console.Error.WriteLine("perceptual-eval: the images are not used: --input-weight is 0.");
        }
    }
}
