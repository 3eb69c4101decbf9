using PerceptualEval.Cli.Results;
using PerceptualEval.Comparisons;
using PerceptualEval.Statistics;

namespace PerceptualEval.Cli.Reports;

/// <summary>What a comparison found, in plain words.</summary>
internal static class ComparisonVerdict
{
    private static readonly Verdict[] Order = [Verdict.Better, Verdict.Worse, Verdict.NoDifferenceShown];

    /// <summary>Puts it into words.</summary>
    /// <param name="summary">What was found.</param>
    /// <param name="badFiles">How many samples were passed over because their files are bad.</param>
    public static ReportVerdict Of(ComparisonSummary summary, long badFiles)
    {
        var best = summary.Comparisons.Where(comparison => comparison.Verdict == Verdict.Better).MinBy(comparison => comparison.Loss!.Mean);
        var worst = summary.Comparisons.Where(comparison => comparison.Verdict == Verdict.Worse).MaxBy(comparison => comparison.Loss!.Mean);
        var nonFinite = summary.Checkpoints.Sum(checkpoint => checkpoint.Losses.NonFinite);
        var told = best ?? worst ?? (summary.Comparisons.Count == 1 ? summary.Comparisons[0] : null);
        List<string?> sentences =
        [
            nonFinite > 0 ? FormattableString.Invariant($"{nonFinite} {(nonFinite == 1 ? "score is" : "scores are")} not finite, and in no average.") : null,
            badFiles > 0 ? FormattableString.Invariant($"{badFiles} {(badFiles == 1 ? "sample could not be read, and was" : "samples could not be read, and were")} passed over.") : null,
            told?.Loss is { } loss ? OnDifference(told.Name, loss) : null,
            summary.Comparisons.Count > 1 ? OnAll(summary) : null,
            OnRanks(summary, best?.Name ?? summary.Baseline),
        ];
        var tone = best is not null ? ReportTone.Good : worst is not null || nonFinite > 0 || badFiles > 0 ? ReportTone.Bad : ReportTone.Neutral;
        return new ReportVerdict(Headline(summary, best, worst), [.. sentences.OfType<string>()], tone);
    }

    private static string Headline(ComparisonSummary summary, CheckpointComparison? best, CheckpointComparison? worst) => (best, worst) switch
    {
        ({ } better, _) => $"{better.Name} is better than {summary.Baseline}",
        (null, { } worse) => summary.Comparisons.Count == 1 ? $"{worse.Name} is worse than {summary.Baseline}" : $"Nothing is better than {summary.Baseline}",
        _ when summary.Comparisons.Count == 1 => $"No difference shown between {summary.Comparisons[0].Name} and {summary.Baseline}",
        _ => $"No difference to {summary.Baseline} shown",
    };

    private static string OnDifference(string name, PairedDifference loss) => FormattableString.Invariant(
        $"The mean loss of {name} is {FourDigits.Format(Math.Abs(loss.Mean))} {(loss.Mean < 0 ? "lower" : "higher")}{Interval(loss.Ci95)}; it is lower in {100 * loss.WinRate:0} % of {loss.Count:N0} samples.");

    private static string Interval(ConfidenceInterval? interval) => interval switch
    {
        null => string.Empty,

        // With 0 inside, the ends lie on two sides: then signs are told.
        { Low: < 0, High: > 0 } around => $" (95 % interval of the difference {FourDigits.Format(around.Low)} to {FourDigits.Format(around.High)})",
        { High: <= 0 } below => $" (95 % interval {FourDigits.Format(-below.High)} to {FourDigits.Format(-below.Low)})",
        { } above => $" (95 % interval {FourDigits.Format(above.Low)} to {FourDigits.Format(above.High)})",
    };

    private static string OnAll(ComparisonSummary summary)
    {
        var names = summary.Comparisons.ToLookup(comparison => comparison.Verdict, comparison => comparison.Name);
        var groups = string.Join("; ", Order.Where(names.Contains).Select(verdict => $"{ComparisonTable.Words(verdict)}: {string.Join(", ", names[verdict])}"));
        return $"{char.ToUpperInvariant(groups[0])}{groups[1..]}. All against {summary.Baseline}, by mean loss.";
    }

    private static string? OnRanks(ComparisonSummary summary, string name) => summary.RankAgreements.FirstOrDefault(agreement => agreement.Name == name) is { } agreement
        ? ScoreReport.OnRanks(agreement.Spearman, $"the samples of {name}")
        : null;
}
