using PerceptualEval.Cli.Auditing;

namespace PerceptualEval.Cli.Reports;

/// <summary>One kind of thing that is wrong with a dataset, or worth knowing about it, in every place where it was found.</summary>
/// <param name="Severity">How bad it is.</param>
/// <param name="Title">What was found, in a few words.</param>
/// <param name="Advice">What to do about it.</param>
/// <param name="Cases">Where, with the numbers that prove it.</param>
internal sealed record ReportFinding(FindingSeverity Severity, string Title, string Advice, IReadOnlyList<FindingCase> Cases)
{
    /// <summary>How many cases there are, also in a copy that names only some of them.</summary>
    public int Count { get; } = Cases.Count;
}
