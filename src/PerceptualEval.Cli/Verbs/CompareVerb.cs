using System.CommandLine;
using System.Text.Json;
using PerceptualEval.Cli.Gates;
using PerceptualEval.Cli.Reports;
using PerceptualEval.Cli.Results;
using PerceptualEval.Comparisons;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>compare</c>: several checkpoints against one target, or several decoders on the same latents.</summary>
internal static class CompareVerb
{
    private static readonly Option<string?> Baseline = new("--baseline")
    {
        HelpName = "NAME",
        Description = "What the others are compared with. [default: the first]",
    };

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("compare", "Compare checkpoints against one target: differences with intervals, and a verdict. Or decoders on the same latents.")
        {
            ComparedInput.Pred, ComparedInput.Runs, ScoringOptions.Target, ScoringOptions.Images, ComparedInput.Pairs, Baseline, DatasetOptions.AllowMissing, DatasetOptions.Strict,
            CommonOptions.Decoder, ComparedInput.Decoders, CommonOptions.Lpips,
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

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var folder = ResultOptions.FolderOf(parsed);
        var input = ComparedInput.Open(parsed);
        var baseline = BaselineOf(parsed, input.Names);
        CompareGates.RequireBaseline(parsed, input.Names);
        using var scoring = input.Load();
        var batchSize = CommonOptions.BatchSize(parsed, scoring.Loss.Decoder.Device, scoring.Loss.Decoder.IsVideo);
        var provenance = input.Provenance(scoring, batchSize);
        var gates = new CompareGates(parsed, input.Names, provenance);

        // Standard output comes last: it says nothing where a file fails.
        using var reports = GateOptions.OpenReports(parsed);
        using var file = folder is null && parsed.GetValue(ResultOptions.Out) is { } path ? ScoreFile.Create(path, provenance, hasCheckpoints: true) : null;
        using var parts = ResultOptions.OpenFolder(parsed, () => input.Run(provenance, baseline, parsed));
        using var page = ReportOptions.Open(parsed);
        using var json = parsed.GetValue(CommonOptions.Json) ? new JsonScoreWriter(new StandardOutput(Console.OpenStandardOutput()), provenance) : null;
        ResultOptions.ReportKept(folder, parts);
        var accumulator = new ComparisonAccumulator(input.Names, baseline);
        var run = new CompareRun(scoring, accumulator, parsed.GetValue(DatasetOptions.Seed), file, parts, json, keepRows: page is not null);
        var summary = run.Compare(input.Dataset, batchSize, interrupt, out var interrupted);
        if (json is null && summary is not null)
        {
            new ComparisonTable(ResultConsole.StandardOutput(), provenance).Write(summary, run.NonFinite);
        }

        foreach (var decoder in scoring.Decoders)
        {
            ExecutionChoice.TellOfOverflow(decoder);
        }

        var code = DatasetReport.Write(input.Dataset, run.Bad);
        if (interrupted || summary is null)
        {
            return interrupted ? DatasetReport.Interrupted(input.Dataset, accumulator.Count, folder) : DatasetReport.InterruptedAfterScoring(accumulator.Count, folder);
        }

        Gate[] checkedGates = [.. gates.Check(summary, accumulator, interrupt)];
        Gate[] all = [Gate.Readable(run.Bad.Count), .. checkedGates];
        reports.Write("compare", all, MarkdownSummary.Of(summary, provenance, all));
        var gate = Gate.Report(checkedGates);
        if (page is not null && !ReportOptions.Write(page, Report(summary, run, provenance), scoring.Pictures(input.OpenAgain), interrupt))
        {
            return ExitCode.Interrupted;
        }

        return gate != ExitCode.Ok ? gate : code;
    }

    private static string BaselineOf(ParseResult parsed, IReadOnlyList<string> names)
    {
        var baseline = parsed.GetValue(Baseline) ?? names[0];
        return names.Contains(baseline) ? baseline : throw new UsageException($"--baseline {baseline}: expected one of {string.Join(", ", names)}.");
    }

    private static ReportData Report(ComparisonSummary summary, CompareRun run, ScoreProvenance provenance) => ComparisonReport.Of(
        "compare", summary, run.Rows, JsonElement.Parse(ResultJson.Bytes(provenance, ResultJson.Default.ScoreProvenance)), run.Bad.Count);
}
