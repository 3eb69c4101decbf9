using System.CommandLine;
using PerceptualEval.Cli.Gates;

namespace PerceptualEval.Cli.Verbs;

/// <summary>The options that let a run fail, and report it, in CI.</summary>
internal static class GateOptions
{
    public static Option<double?> FailAbove { get; } = NumberOption.Finite("--fail-above", "Exit 1 where the mean loss is above X; of a comparison that of any checkpoint but the baseline.");

    public static Option<string?> FailIfWorseThan { get; } = new("--fail-if-worse-than")
    {
        HelpName = "BASELINE",
        Description = "Exit 1 where the mean loss is above that of BASELINE beyond chance: the paired 95 % interval of the difference lies above 0. "
            + "BASELINE holds the results of an earlier run (a file or folder of --out), or is the name of a compared checkpoint. Samples pair by id; fewer than 2 pairs are bad input.",
    };

    public static Option<string?> JUnit { get; } = new("--junit") { HelpName = "FILE", Description = "Also write the gates as JUnit XML, for CI." };

    public static Option<string?> Summary { get; } = new("--summary") { HelpName = "FILE", Description = "Also write gates and numbers as Markdown, for pull requests." };

    /// <summary>Opens the files of <c>--junit</c> and <c>--summary</c>.</summary>
    public static RunReports OpenReports(ParseResult parsed) => RunReports.Open(parsed.GetValue(JUnit), parsed.GetValue(Summary));
}
