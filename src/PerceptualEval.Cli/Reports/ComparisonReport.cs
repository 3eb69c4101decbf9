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
        var (terms, compared) = ReportRows.Of(
            [.. names.Select(name => (name, (IReadOnlyList<ScoreRow>)[.. ofCheckpoint[name]]))], AreDecoders(provenance) ? ReportTerm.LatentL2 : null);
        return new ReportData
        {
            Title = title,
            Verdict = ComparisonVerdict.Of(summary, badFiles),
            Terms = terms,
            Checkpoints = [.. compared.Select(checkpoint => checkpoint with { Summaries = Summaries(terms, summary.Checkpoints.First(one => one.Name == checkpoint.Name).Losses) })],
            Differences = [.. summary.Comparisons.SelectMany(Differences).Where(difference => terms.Any(term => term.Key == difference.Term))],
            Facts = ProvenanceFacts.Of(provenance),
            Gallery = Gallery.None with { Groups = GallerySelection.Of(terms, compared) },
        };
    }

    // They decode the same latents, whose difference is 0 and no news.
    private static bool AreDecoders(JsonElement? provenance) =>
        provenance is { ValueKind: JsonValueKind.Object } facts && facts.TryGetProperty("decoders", out var decoders) && decoders.ValueKind == JsonValueKind.Array;

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
                    ComparisonTable.Words(isLoss ? comparison.Verdict : CheckpointComparison.VerdictOf(difference, difference.P)));
            }
        }
    }
}
