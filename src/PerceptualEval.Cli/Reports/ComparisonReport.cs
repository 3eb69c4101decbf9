using System.Globalization;
using System.Text.Json;
using PerceptualEval.Cli.Results;
using PerceptualEval.Comparisons;
using PerceptualEval.Statistics;

namespace PerceptualEval.Cli.Reports;

/// <summary>The report of <c>compare</c>: several checkpoints, and how they differ from the baseline.</summary>
internal static class ComparisonReport
{
    /// <summary>Makes the report, without pictures.</summary>
    /// <param name="title">What was compared.</param>
    /// <param name="summary">What the comparison found.</param>
    /// <param name="rows">The scores, each with its checkpoint.</param>
    /// <param name="provenance">What they depend on, as in JSON; null where that is not known.</param>
    /// <param name="badFiles">How many samples were passed over because their files are bad.</param>
    public static ReportData Of(
        string title, ComparisonSummary summary, IReadOnlyList<ScoreRow> rows, JsonElement? provenance, long badFiles)
    {
        // The baseline first: the others are read against it.
        var ofCheckpoint = rows.ToLookup(row => row.Checkpoint);
        var names = summary.Checkpoints.Select(checkpoint => checkpoint.Name).OrderBy(name => name == summary.Baseline ? 0 : 1);
        var (terms, compared) = ReportRows.Of([.. names.Select(name => (name, (IReadOnlyList<ScoreRow>)[.. ofCheckpoint[name]]))]);
        return new ReportData
        {
            Title = title,
            Verdict = Verdict(summary, badFiles),
            Terms = terms,
            Checkpoints = [.. compared.Select(checkpoint => checkpoint with { Summaries = Summaries(terms, summary.Checkpoints.First(one => one.Name == checkpoint.Name).Losses) })],
            Differences = [.. summary.Comparisons.SelectMany(Differences)],
            Facts = ProvenanceFacts.Of(provenance),
            Gallery = Gallery.None with { Groups = GallerySelection.Of(terms, compared) },
        };
    }

    // Those of the comparison: their intervals are bootstrapped, as the differences' are.
    private static TermSummary[] Summaries(IReadOnlyList<ReportTerm> terms, LossSummary losses) =>
    [
        .. terms.Select(term => term switch
        {
            _ when term == ReportTerm.Loss => losses.Loss,
            _ when term == ReportTerm.LatentL2 => losses.LatentL2Loss,
            _ when term == ReportTerm.Perceptual => losses.PerceptualLoss!,
            _ => losses.PerceptualLossOnInputs!,
        }),
    ];

    private static IEnumerable<ReportDifference> Differences(CheckpointComparison comparison)
    {
        (ReportTerm Term, PairedDifference? Difference)[] terms =
        [
            (ReportTerm.Loss, comparison.Loss),
            (ReportTerm.LatentL2, comparison.LatentL2Loss),
            (ReportTerm.Perceptual, comparison.PerceptualLoss),
            (ReportTerm.OnInputs, comparison.PerceptualLossOnInputs),
        ];
        foreach (var (term, found) in terms)
        {
            if (found is { } difference)
            {
                var isLoss = term == ReportTerm.Loss;
                yield return new ReportDifference(
                    comparison.Name, term.Key, difference.Mean, difference.Ci95?.Low, difference.Ci95?.High, difference.WinRate,
                    isLoss ? comparison.HolmP : difference.P,
                    InWords(isLoss ? comparison.Verdict : CheckpointComparison.VerdictOf(difference, difference.P)));
            }
        }
    }

    private static string InWords(Verdict verdict) => verdict switch
    {
        Comparisons.Verdict.Better => "better",
        Comparisons.Verdict.Worse => "worse",
        _ => "no difference shown",
    };

    private static ReportVerdict Verdict(ComparisonSummary summary, long badFiles)
    {
        var groups = summary.Comparisons.ToLookup(comparison => comparison.Verdict);
        var best = groups[Comparisons.Verdict.Better].MinBy(comparison => comparison.Loss!.Mean);
        var worst = groups[Comparisons.Verdict.Worse].MaxBy(comparison => comparison.Loss!.Mean);
        var nonFinite = summary.Checkpoints.Sum(checkpoint => checkpoint.Losses.NonFinite);
        List<string?> sentences =
        [
            nonFinite > 0 ? FormattableString.Invariant($"{nonFinite} {(nonFinite == 1 ? "score is" : "scores are")} not finite, and in no average.") : null,
            badFiles > 0 ? FormattableString.Invariant($"{badFiles} {(badFiles == 1 ? "sample" : "samples")} could not be read, and {(badFiles == 1 ? "was" : "were")} passed over.") : null,
            (best ?? worst ?? (summary.Comparisons.Count == 1 ? summary.Comparisons[0] : null)) is { Loss: { } loss } told ? OnDifference(told, loss) : null,
            summary.Comparisons.Count > 1 ? string.Join("; ", new[] { Comparisons.Verdict.Better, Comparisons.Verdict.Worse, Comparisons.Verdict.NoDifferenceShown }
                .Where(verdict => groups[verdict].Any())
                .Select(verdict => $"{InWords(verdict)}: {string.Join(", ", groups[verdict].Select(comparison => comparison.Name))}")) + $". All against {summary.Baseline}, by mean loss." : null,
            summary.RankAgreements.FirstOrDefault(agreement => agreement.Name == (best?.Name ?? summary.Baseline)) is { } agreement
                ? ScoreReport.OnRanks(agreement.Spearman, $"the samples of {agreement.Name}") : null,
        ];
        return new ReportVerdict(
            Headline(summary, best, worst),
            [.. sentences.OfType<string>().Select(Capital)],
            best is not null ? ReportTone.Good : worst is not null || nonFinite > 0 || badFiles > 0 ? ReportTone.Bad : ReportTone.Neutral);
    }

    private static string Headline(ComparisonSummary summary, CheckpointComparison? best, CheckpointComparison? worst) => (best, worst) switch
    {
        ({ } better, _) => $"{better.Name} is better than {summary.Baseline}",
        (null, { } worse) => summary.Comparisons.Count == 1 ? $"{worse.Name} is worse than {summary.Baseline}" : $"Nothing is better than {summary.Baseline}",
        _ when summary.Comparisons.Count == 1 => $"No difference shown between {summary.Comparisons[0].Name} and {summary.Baseline}",
        _ => $"No difference to {summary.Baseline} shown",
    };

    private static string OnDifference(CheckpointComparison comparison, PairedDifference loss)
    {
        var interval = loss.Ci95 is { } ci
            ? $" (95 % interval {FourDigits.Format(Math.Min(Math.Abs(ci.Low), Math.Abs(ci.High)))} to {FourDigits.Format(Math.Max(Math.Abs(ci.Low), Math.Abs(ci.High)))})"
            : string.Empty;

        // An interval with 0 inside has no two ends on one side: then signs are told.
        interval = loss.Ci95 is { Low: < 0, High: > 0 } around ? $" (95 % interval of the difference {FourDigits.Format(around.Low)} to {FourDigits.Format(around.High)})" : interval;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"The mean loss of {comparison.Name} is {FourDigits.Format(Math.Abs(loss.Mean))} {(loss.Mean < 0 ? "lower" : "higher")}{interval}; it is lower in {100 * loss.WinRate:0} % of {loss.Count:N0} samples.");
    }

    private static string Capital(string sentence) => sentence.Length == 0 ? sentence : char.ToUpperInvariant(sentence[0]) + sentence[1..];
}
