namespace PerceptualEval.Cli.Reports;

/// <summary>What was scored: one set of predictions, or one decoder.</summary>
/// <param name="Name">Its name; unique in the report.</param>
/// <param name="Rows">Its samples in input order. An id comes once.</param>
internal sealed record ReportCheckpoint(string Name, IReadOnlyList<ReportRow> Rows);
