using System.CommandLine;
using PerceptualEval.Cli.Reports;

namespace PerceptualEval.Cli.Verbs;

/// <summary>The options for results that people look at.</summary>
internal static class ReportOptions
{
    public static Option<string?> Page { get; } = new("--report")
    {
        HelpName = "FILE",
        Description = "Also write a page to look at: one HTML file with charts, the pictures of the best and worst samples, and all numbers.",
    };

    public static Option<string?> Plots { get; } = new("--plots")
    {
        HelpName = "DIR",
        Description = "Also write the charts to the folder DIR, as PNG and SVG.",
    };

    /// <summary>Opens what the command line asks for; null where that is nothing.</summary>
    /// <exception cref="Results.OutputException">It can't be written.</exception>
    public static ReportOutput? Open(ParseResult parsed) => ReportOutput.Open(parsed.GetValue(Page), parsed.GetValue(Plots));

    /// <summary>Writes the report of a run, with pictures where it has a page; says on standard error where an interrupt left them out.</summary>
    /// <param name="output">Where to write; stays the caller's.</param>
    /// <param name="data">The report, without pictures.</param>
    /// <param name="recipe">How pictures are made; null for a report without any.</param>
    /// <param name="interrupt">Ends the making of pictures.</param>
    /// <returns>False where it was interrupted.</returns>
    /// <exception cref="Results.OutputException">It can't be written.</exception>
    public static bool Write(ReportOutput output, ReportData data, PictureRecipe? recipe, CancellationToken interrupt)
    {
        try
        {
            output.Write(recipe is null ? data : output.WithPictures(data, recipe, interrupt));
            return true;
        }
        catch (OperationCanceledException)
        {
            output.Write(data with { Gallery = Gallery.WithoutPictures(data.Gallery.Groups, "There are no pictures: interrupted.") });
            Console.Error.WriteLine("perceptual-eval: interrupted; the results are complete, but the report lacks pictures.");
            return false;
        }
    }

    /// <summary>What a report calls a file or folder: the last part of its path.</summary>
    public static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
}
