namespace PerceptualEval.Cli.Reports;

/// <summary>Something found wrong, or worth knowing, about a dataset.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Title">What was found, in a few words.</param>
/// <param name="Evidence">The numbers that prove it.</param>
/// <param name="Advice">What to do about it.</param>
/// <param name="Samples">The ids of the samples that it is about; empty where it is about all.</param>
internal sealed record ReportFinding(
    FindingTone Severity, string Title, string Evidence, string Advice, IReadOnlyList<string> Samples);
