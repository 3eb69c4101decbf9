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

    /// <summary>What a report calls a file or folder: the last part of its path.</summary>
    public static string NameOf(string path) => Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));
}
