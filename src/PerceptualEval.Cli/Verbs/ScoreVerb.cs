using System.CommandLine;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results;
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

    private static readonly Option<string?> Out = new("--out") { HelpName = "FILE", Description = "Also write the results to FILE.json, .jsonl, .csv or .parquet." };

    private static readonly Option<double?> FailAbove = NumberOption.Finite("--fail-above", "Exit 1 where the mean loss is above X.");

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("score", "Score latent pairs: latent L2 + LPIPS of the decoded images, weighted.")
        {
            Pred, Target, Images, Pairs, DatasetOptions.AllowMissing, DatasetOptions.Strict, CommonOptions.Decoder, CommonOptions.Lpips,
            LatentWeight, PerceptualWeight, InputWeight, Resize, Clamp, CommonOptions.Tile,
            CommonOptions.Units, CommonOptions.Layout, DatasetOptions.Format, DatasetOptions.Posterior, DatasetOptions.Seed, DatasetOptions.Size,
            CommonOptions.Batch, CommonOptions.Device, CommonOptions.Threads, CommonOptions.Models,
            CommonOptions.Json, Out, FailAbove,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var options = LossOptionsOf(parsed);
        var (pred, target) = (DatasetOptions.Reading(parsed, "pred"), DatasetOptions.Reading(parsed, "target"));
        var store = CommonOptions.Store(parsed);
        var model = new Lazy<Model>(() => DefaultModels.Find(store, parsed.GetValue(CommonOptions.Decoder), ModelKind.Decoder));
        var dataset = Dataset.OpenLatents(
            parsed.GetValue(Pred), parsed.GetValue(Target), parsed.GetValue(Images), parsed.GetValue(Pairs), DatasetOptions.Rules(parsed),
            pred.For(model, parsed), target.For(model, parsed));
        RequireImagesIfWeighted(dataset, options.Weights);

        // What is in other units than the run is scored in is converted.
        options = options with { Units = RunUnits.Of(model.Value, dataset) };
        using var loss = LatentPerceptualLoss.Load(
            model.Value.Folder, DefaultModels.Find(store, parsed.GetValue(CommonOptions.Lpips), ModelKind.Lpips).Folder, options, CommonOptions.Execution(parsed), store);
        DefaultModels.TellOfApproximations(loss.Decoder.Model, loss.Lpips.Model);
        var batchSize = CommonOptions.BatchSize(parsed, loss.Decoder.Device, loss.Decoder.IsVideo);
        var provenance = Provenance.Of(loss, batchSize);

        // Standard output comes last: it says nothing where the file fails.
        using var file = parsed.GetValue(Out) is { } path ? ScoreFile.Create(path, provenance) : null;
        using var shown = Shown(parsed, provenance);
        var summary = new ScoreRun(loss, store, file, shown).Score(dataset, batchSize, interrupt, out var interrupted);
        var code = DatasetReport.Write(dataset);
        return interrupted ? Interrupted(summary, dataset) : Gate(summary, parsed.GetValue(FailAbove)) is var gate and not ExitCode.Ok ? gate : code;
    }

    private static ExitCode Interrupted(LossSummary summary, Dataset dataset)
    {
        var all = dataset.SampleCount is { } count ? FormattableString.Invariant($" of {count}") : string.Empty;
        Console.Error.WriteLine(FormattableString.Invariant($"perceptual-eval: interrupted; the results are those of the first {summary.Count}{all} samples."));
        return ExitCode.Interrupted;
    }

    private static ScoreWriter Shown(ParseResult parsed, ScoreProvenance provenance) => parsed.GetValue(CommonOptions.Json)
        ? new JsonScoreWriter(new StandardOutput(Console.OpenStandardOutput()), provenance)
        : new ScoreTable(ResultConsole.StandardOutput(), provenance);

    private static ExitCode Gate(LossSummary summary, double? failAbove)
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
