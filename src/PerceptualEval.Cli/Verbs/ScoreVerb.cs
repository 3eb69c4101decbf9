using System.CommandLine;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Gates;
using PerceptualEval.Cli.Results;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>score</c>: the composite loss of latent pairs.</summary>
internal static class ScoreVerb
{
    private static readonly Option<string?> Pred = new("--pred") { HelpName = "P", Description = "Predicted latents: a tensor file or a folder of them." };

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

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("score", "Score latent pairs: latent L2 + LPIPS of the decoded images, weighted.")
        {
            Pred, ScoringOptions.Target, ScoringOptions.Images, Pairs, DatasetOptions.AllowMissing, DatasetOptions.Strict, Decoder, CommonOptions.Lpips,
            ScoringOptions.LatentWeight, ScoringOptions.PerceptualWeight, ScoringOptions.InputWeight, ScoringOptions.Resize, ScoringOptions.Clamp, CommonOptions.Tile,
            CommonOptions.Units, CommonOptions.Layout, DatasetOptions.Format, DatasetOptions.Posterior, DatasetOptions.Seed, DatasetOptions.Size,
            CommonOptions.Batch, CommonOptions.Device, CommonOptions.Threads, CommonOptions.Models,
            ResultOptions.Shard, CommonOptions.Json, ResultOptions.Out, ResultOptions.Resume, ResultOptions.PartSize,
            GateOptions.FailAbove, GateOptions.FailIfWorseThan, GateOptions.JUnit, GateOptions.Summary,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var options = ScoringOptions.LossOptions(parsed);
        var folder = ResultOptions.FolderOf(parsed);
        var (pred, target) = (DatasetOptions.Reading(parsed, "pred"), DatasetOptions.Reading(parsed, "target"));
        var store = CommonOptions.Store(parsed);
        var decoder = parsed.GetRequiredValue(Decoder);
        var model = new Lazy<Model>(() => store.Find(decoder, ModelKind.Decoder));
        var dataset = Dataset.OpenLatents(
            parsed.GetValue(Pred), parsed.GetValue(ScoringOptions.Target), parsed.GetValue(ScoringOptions.Images), parsed.GetValue(Pairs),
            DatasetOptions.Rules(parsed) with { Shard = ResultOptions.ShardOf(parsed) },
            pred.For(model, parsed), target.For(model, parsed));
        ScoringOptions.RequireImagesIfWeighted(dataset, options.Weights);
        using var loss = ScoringOptions.Load(parsed, decoder, model.Value, options, dataset, store);
        var batchSize = CommonOptions.BatchSize(parsed, loss.Decoder.Device, loss.Decoder.IsVideo);
        var provenance = Provenance.Of(loss, batchSize, ResultOptions.ShardOf(parsed));

        // Standard output comes last: it says nothing where the file fails.
        using var baseline = parsed.GetValue(GateOptions.FailIfWorseThan) is { } earlier ? BaselineScores.Read(earlier, provenance) : null;
        using var reports = GateOptions.OpenReports(parsed);
        using var file = folder is null && parsed.GetValue(ResultOptions.Out) is { } path ? ScoreFile.Create(path, provenance) : null;
        using var parts = ResultOptions.OpenFolder(
            parsed, () => ResultOptions.RunOf("score", provenance, dataset, parsed, Pred, ScoringOptions.Target, ScoringOptions.Images, Pairs));
        using var shown = Shown(parsed, provenance);
        ResultOptions.ReportKept(folder, parts);
        var run = new ScoreRun(loss, store, file, parts, baseline is null ? [shown] : [baseline, shown]);
        var summary = run.Score(dataset, batchSize, interrupt, out var interrupted);
        var code = DatasetReport.Write(dataset, run.Bad);
        if (interrupted)
        {
            return DatasetReport.Interrupted(dataset, summary.Count, folder);
        }

        Gate[] gates = [.. Gates(parsed, summary, baseline)];
        Gate[] all = [Gate.Readable(run.Bad.Count), .. gates];
        reports.Write("score", all, MarkdownSummary.Of(summary, provenance, all));
        return Gate.Report(gates) is var gate and not ExitCode.Ok ? gate : code;
    }

    private static IEnumerable<Gate> Gates(ParseResult parsed, LossSummary summary, BaselineScores? baseline)
    {
        yield return Gate.Finite(summary);
        if (parsed.GetValue(GateOptions.FailAbove) is { } limit)
        {
            yield return Gate.MeanAtMost(summary, limit);
        }

        if (baseline is not null)
        {
            yield return Gate.NotWorse(baseline.Difference(parsed.GetValue(DatasetOptions.Seed)), baseline.Path);
        }
    }

    /// <summary>What standard output gets.</summary>
    internal static ScoreWriter Shown(ParseResult parsed, ScoreProvenance provenance) => parsed.GetValue(CommonOptions.Json)
        ? new JsonScoreWriter(new StandardOutput(Console.OpenStandardOutput()), provenance)
        : new ScoreTable(ResultConsole.StandardOutput(), provenance);
}
