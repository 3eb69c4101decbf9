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
            ComparedInput.Pred, ComparedInput.Runs, ScoringOptions.Target, ScoringOptions.Images, Baseline, DatasetOptions.AllowMissing, DatasetOptions.Strict,
            CommonOptions.Decoder, ComparedInput.Decoders, CommonOptions.Lpips,
            ScoringOptions.LatentWeight, ScoringOptions.PerceptualWeight, ScoringOptions.InputWeight, ScoringOptions.Resize, ScoringOptions.Clamp, CommonOptions.Tile,
            CommonOptions.Units, CommonOptions.Layout, DatasetOptions.Format, DatasetOptions.Posterior, DatasetOptions.Seed, DatasetOptions.Size,
            CommonOptions.Batch, ExecutionChoice.Device, ExecutionChoice.Threads, ExecutionChoice.Precision, ExecutionChoice.Library, ExecutionChoice.Provider, CacheOptions.Folder, CacheOptions.Size, CommonOptions.Models,
            CommonOptions.Json, ResultOptions.Out, ResultOptions.Resume, ResultOptions.PartSize,
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
        var accumulator = Accumulator(parsed, input.Names);
        RequireBaseline(parsed.GetValue(GateOptions.FailIfWorseThan), input.Names);
        using var scoring = input.Load();
        var batchSize = CommonOptions.BatchSize(parsed, scoring.Loss.Decoder.Device, scoring.Loss.Decoder.IsVideo);
        var provenance = input.Provenance(scoring, batchSize);

        // Standard output comes last: it says nothing where a file fails.
        var earlier = parsed.GetValue(GateOptions.FailIfWorseThan) is { } baseline && !input.Names.Contains(baseline) ? BaselineScores.Read(baseline, provenance) : null;
        using var reports = GateOptions.OpenReports(parsed);
        using var file = folder is null && parsed.GetValue(ResultOptions.Out) is { } path ? ScoreFile.Create(path, provenance, hasCheckpoints: true) : null;
        using var parts = ResultOptions.OpenFolder(parsed, () => input.Run(provenance, parsed));
        using var page = ReportOptions.Open(parsed);
        using var json = parsed.GetValue(CommonOptions.Json) ? new JsonScoreWriter(new StandardOutput(Console.OpenStandardOutput()), provenance) : null;
        ResultOptions.ReportKept(folder, parts);
        var run = new CompareRun(scoring, accumulator, parsed.GetValue(DatasetOptions.Seed), file, parts, json, keepRows: page is not null);
        var summary = run.Compare(input.Dataset, batchSize, interrupt, out var interrupted);
        if (json is null)
        {
            new ComparisonTable(ResultConsole.StandardOutput(), provenance).Write(summary, run.NonFinite);
        }

        var code = DatasetReport.Write(input.Dataset, run.Bad);
        if (interrupted)
        {
            return DatasetReport.Interrupted(input.Dataset, accumulator.Count, folder);
        }

        Gate[] gates = [.. Gates(parsed, summary, accumulator, earlier)];
        Gate[] all = [Gate.Readable(run.Bad.Count), .. gates];
        reports.Write("compare", all, MarkdownSummary.Of(summary, provenance, all));
        if (page is not null)
        {
            var data = ComparisonReport.Of("compare", summary, run.Rows, JsonElement.Parse(ResultJson.Bytes(provenance, ResultJson.Default.ScoreProvenance)), run.Bad.Count);
            page.Write(page.WithPictures(data, scoring.Pictures(input.OpenAgain), interrupt));
        }

        return Gate.Report(gates) is var gate and not ExitCode.Ok ? gate : code;
    }

    private static ComparisonAccumulator Accumulator(ParseResult parsed, IReadOnlyList<string> names)
    {
        var baseline = parsed.GetValue(Baseline);
        return baseline is null || names.Contains(baseline)
            ? new ComparisonAccumulator(names, baseline)
            : throw new UsageException($"--baseline {baseline}: expected one of {string.Join(", ", names)}.");
    }

    private static void RequireBaseline(string? baseline, IReadOnlyList<string> names)
    {
        if (baseline is not null && !names.Contains(baseline) && !Path.Exists(baseline))
        {
            throw new UsageException($"--fail-if-worse-than {baseline}: there is no such file; expected one of {string.Join(", ", names)}, or the results of an earlier run.");
        }
    }

    private static IEnumerable<Gate> Gates(ParseResult parsed, ComparisonSummary summary, ComparisonAccumulator accumulator, BaselineScores? earlier)
    {
        foreach (var checkpoint in summary.Checkpoints)
        {
            yield return Gate.Finite(checkpoint.Losses, checkpoint.Name);
        }

        if (parsed.GetValue(GateOptions.FailAbove) is { } limit)
        {
            foreach (var candidate in summary.Checkpoints.Where(checkpoint => checkpoint.Name != summary.Baseline || summary.Checkpoints.Count == 1))
            {
                yield return Gate.MeanAtMost(candidate.Losses, limit, candidate.Name);
            }
        }

        if (parsed.GetValue(GateOptions.FailIfWorseThan) is { } baseline)
        {
            foreach (var candidate in summary.Checkpoints.Where(checkpoint => checkpoint.Name != baseline))
            {
                var difference = earlier is null
                    ? accumulator.Difference(candidate.Name, baseline, summary.Seed)
                    : earlier.Difference(accumulator.Losses(candidate.Name), summary.Seed);
                yield return Gate.NotWorse(difference, baseline, candidate.Name);
            }
        }
    }
}
