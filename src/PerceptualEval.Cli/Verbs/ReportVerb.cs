using System.CommandLine;
using PerceptualEval.Cli.Reports;
using PerceptualEval.Cli.Results.Folders;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>report</c>: a page and charts of results that are there already.</summary>
internal static class ReportVerb
{
    private static readonly Argument<string> Results = new("RESULTS")
    {
        Description = "A folder that --out DIR made, or a .json, .jsonl, .csv or .parquet file of --out FILE.",
    };

    private static readonly Option<string?> Out = new("--out", "-o") { HelpName = "FILE", Description = "The page: one HTML file." };

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("report", "Results → a page to look at, with charts and the pictures of the best and worst samples.")
        {
            Results, Out, ReportOptions.Plots, ExecutionChoice.Device, ExecutionChoice.Threads, CommonOptions.Models,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var results = ResultSet.Read(parsed.GetRequiredValue(Results));
        using var output = ReportOutput.Open(parsed.GetValue(Out), parsed.GetValue(ReportOptions.Plots))
            ?? throw new UsageException("nothing to write: give -o FILE for the page, or --plots DIR for the charts.");
        var data = ResultReport.Of(results);
        var gallery = parsed.GetValue(Out) is null ? data.Gallery : Pictures(data.Gallery.Groups, results, parsed, interrupt);
        foreach (var note in new[] { ResultReport.Unfinished(results), gallery.Note }.OfType<string>())
        {
            Console.Error.WriteLine($"perceptual-eval: {note}");
        }

        output.Write(data with { Gallery = gallery });
        return ExitCode.Ok;
    }

    private static Gallery Pictures(IReadOnlyList<GalleryGroup> groups, ResultSet results, ParseResult parsed, CancellationToken interrupt) => results.Manifest is { } manifest
        ? new ReopenedRun(manifest, parsed, interrupt).Pictures(groups)
        : Gallery.WithoutPictures(groups, "There are no pictures: a single file of results does not say where its samples are. Score with --out DIR, or with --report.");
}
