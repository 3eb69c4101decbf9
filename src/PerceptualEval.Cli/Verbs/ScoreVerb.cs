using System.CommandLine;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Gates;
using PerceptualEval.Cli.Reports;
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

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("score", "Score latent pairs: latent L2 + LPIPS of the decoded images, weighted.")
        {
            Pred, ScoringOptions.Target, ScoringOptions.Images, Pairs, DatasetOptions.AllowMissing, DatasetOptions.Strict, CommonOptions.Decoder, CommonOptions.Lpips,
            ScoringOptions.LatentWeight, ScoringOptions.PerceptualWeight, ScoringOptions.InputWeight, ScoringOptions.Resize, ScoringOptions.Clamp, CommonOptions.Tile,
            CommonOptions.Units, CommonOptions.Layout, DatasetOptions.Format, DatasetOptions.Posterior, DatasetOptions.Seed, DatasetOptions.Size,
            CommonOptions.Batch, ExecutionChoice.Device, ExecutionChoice.Threads, ExecutionChoice.Precision, ExecutionChoice.Library, ExecutionChoice.Provider, CacheOptions.Folder, CacheOptions.Size, CommonOptions.Models,
            ResultOptions.Shard, CommonOptions.Json, ResultOptions.Out, ResultOptions.Resume, ResultOptions.PartSize,
            GateOptions.FailAbove, GateOptions.FailIfWorseThan, GateOptions.JUnit, GateOptions.Summary,
            ReportOptions.Page, ReportOptions.Plots,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    /// <summary>Opens the samples that a command line names, and loads the models.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="store">Where to look models up.</param>
    /// <param name="open">Opens the samples, as often as needed.</param>
    /// <param name="dataset">The samples.</param>
    /// <returns>The loss, owned by the caller.</returns>
    internal static LatentPerceptualLoss Open(ParseResult parsed, ModelStore store, out Func<Dataset> open, out Dataset dataset)
    {
        var options = ScoringOptions.LossOptions(parsed);
        var (pred, target) = (DatasetOptions.Reading(parsed, "pred"), DatasetOptions.Reading(parsed, "target"));
        var model = new Lazy<Model>(() => DefaultModels.Find(store, parsed.GetValue(CommonOptions.Decoder), ModelKind.Decoder));
        open = () => Dataset.OpenLatents(
            parsed.GetValue(Pred), parsed.GetValue(ScoringOptions.Target), parsed.GetValue(ScoringOptions.Images), parsed.GetValue(Pairs),
            DatasetOptions.Rules(parsed) with { Shard = ResultOptions.ShardOf(parsed) },
            pred.For(model, parsed), target.For(model, parsed));
        dataset = open();
        ScoringOptions.RequireImagesIfWeighted(dataset, options.Weights);
        return ScoringOptions.Load(parsed, model.Value, options, dataset, store);
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var folder = ResultOptions.FolderOf(parsed);
        var store = CommonOptions.Store(parsed);
        using var loss = Open(parsed, store, out var open, out var dataset);
        var batchSize = CommonOptions.BatchSize(parsed, loss.Decoder.Device, loss.Decoder.IsVideo);
        var provenance = Provenance.Of(loss, batchSize, ResultOptions.ShardOf(parsed));

        // Standard output comes last: it says nothing where the file fails.
        using var baseline = parsed.GetValue(GateOptions.FailIfWorseThan) is { } earlier ? BaselineScores.Read(earlier, provenance) : null;
        using var reports = GateOptions.OpenReports(parsed);
        using var file = folder is null && parsed.GetValue(ResultOptions.Out) is { } path ? ScoreFile.Create(path, provenance) : null;
        using var parts = ResultOptions.OpenFolder(
            parsed, () => ResultOptions.RunOf("score", provenance, dataset, parsed, Pred, ScoringOptions.Target, ScoringOptions.Images, Pairs));
        using var page = ReportOptions.Open(parsed);
        using var shown = new CollectedRows(Shown(parsed, provenance), page is not null);
        ResultOptions.ReportKept(folder, parts);
        var run = new ScoreRun(loss, store, file, parts, baseline is null ? [shown] : [baseline, shown]);
        var summary = run.Score(dataset, batchSize, interrupt, out var interrupted);
        ExecutionChoice.TellOfOverflow(loss.Decoder);
        var code = DatasetReport.Write(dataset, run.Bad);
        if (interrupted)
        {
            return DatasetReport.Interrupted(dataset, summary.Count, folder);
        }

        Gate[] gates = [.. Gates(parsed, summary, baseline, interrupt)];
        Gate[] all = [Gate.Readable(run.Bad.Count), .. gates];
        reports.Write("score", all, MarkdownSummary.Of(summary, provenance, all));
        var gate = Gate.Report(gates);
        if (page is not null && !ReportOptions.Write(
            page, ScoreReport.Of(ReportTitle(parsed), ReportName(parsed), shown.Rows, provenance, run.Bad.Count), PictureRecipe.Of(open, loss), interrupt))
        {
            return ExitCode.Interrupted;
        }

        return gate != ExitCode.Ok ? gate : code;
    }

    private static IEnumerable<Gate> Gates(ParseResult parsed, LossSummary summary, BaselineScores? baseline, CancellationToken interrupt)
    {
        yield return Gate.Finite(summary);
        if (parsed.GetValue(GateOptions.FailAbove) is { } limit)
        {
            yield return Gate.MeanAtMost(summary, limit);
        }

        if (baseline is not null)
        {
            yield return baseline.NotWorse(parsed.GetValue(DatasetOptions.Seed), interrupt);
        }
    }

    private static string ReportName(ParseResult parsed) => ReportOptions.NameOf(parsed.GetValue(Pred) ?? parsed.GetValue(Pairs)!);

    private static string ReportTitle(ParseResult parsed) => parsed.GetValue(ScoringOptions.Target) is { } target
        ? $"score: {ReportName(parsed)} against {ReportOptions.NameOf(target)}"
        : $"score: {ReportName(parsed)}";

    /// <summary>What standard output gets.</summary>
    internal static ScoreWriter Shown(ParseResult parsed, ScoreProvenance provenance) => parsed.GetValue(CommonOptions.Json)
        ? new JsonScoreWriter(new StandardOutput(Console.OpenStandardOutput()), provenance)
        : new ScoreTable(ResultConsole.StandardOutput(), provenance);
}
