using PerceptualEval.Statistics;

namespace PerceptualEval.Cli.Reports;

/// <summary>What was scored: one set of predictions, or one decoder.</summary>
/// <param name="Name">Its name; unique in the report.</param>
/// <param name="Rows">Its samples in input order. An id comes once.</param>
internal sealed record ReportCheckpoint(string Name, IReadOnlyList<ReportRow> Rows)
{
    /// <summary>One summary per term, where the run has made them in a way of its own; null for those of the rows.</summary>
    public IReadOnlyList<TermSummary>? Summaries { get; init; }

    /// <summary>A term's values, without those of samples that are not finite.</summary>
    /// <param name="term">Which of the report's terms.</param>
    public double[] FiniteValues(int term) => [.. Rows.Where(row => row.NonFinite is null).Select(row => row.Values[term]).OfType<double>()];
}
