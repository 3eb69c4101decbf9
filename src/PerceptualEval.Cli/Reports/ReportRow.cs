namespace PerceptualEval.Cli.Reports;

/// <summary>One sample's values of one checkpoint.</summary>
/// <param name="Id">The sample's id: a file name, so any text.</param>
/// <param name="Values">One value per term, in the order of <see cref="ReportData.Terms"/>; null is "not computed" or "not finite".</param>
/// <param name="NonFinite">Why the sample is in no average; null where it is.</param>
internal sealed record ReportRow(string Id, IReadOnlyList<double?> Values, string? NonFinite = null);
