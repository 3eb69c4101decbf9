using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Reports;

/// <summary>Turns scores into the rows of a report.</summary>
internal static class ReportRows
{
    private static readonly (ReportTerm Term, Func<ScoreRow, double?> Value)[] Known =
    [
        (ReportTerm.Loss, row => row.Loss),
        (ReportTerm.LatentL2, row => row.LatentL2Loss),
        (ReportTerm.Perceptual, row => row.PerceptualLoss),
        (ReportTerm.OnInputs, row => row.PerceptualLossOnInputs),
    ];

    /// <summary>The terms that a sample has a value of, but for one that says nothing, and the checkpoints with a value for each.</summary>
    /// <param name="checkpoints">Names and scores. A term that none has is left out.</param>
    /// <param name="without">A term that says nothing of them; null for none.</param>
    public static (IReadOnlyList<ReportTerm> Terms, IReadOnlyList<ReportCheckpoint> Checkpoints) Of(
        IReadOnlyList<(string Name, IReadOnlyList<ScoreRow> Rows)> checkpoints, ReportTerm? without = null)
    {
        var present = Known.Where(known => known.Term != without && checkpoints.Any(checkpoint => checkpoint.Rows.Any(row => known.Value(row) is not null))).ToArray();
        return (
            [.. present.Select(known => known.Term)],
            [.. checkpoints.Select(checkpoint => new ReportCheckpoint(checkpoint.Name, [.. checkpoint.Rows.Select(row => Row(row, present))]))]);
    }

    private static ReportRow Row(ScoreRow row, (ReportTerm Term, Func<ScoreRow, double?> Value)[] terms) =>
        new(row.Id, Array.ConvertAll(terms, term => term.Value(row)), row.NonFinite);
}
