namespace PerceptualEval.Cli.Auditing;

/// <summary>The result of an audit.</summary>
/// <param name="Provenance">What it depends on.</param>
/// <param name="Counts">It in numbers.</param>
/// <param name="Findings">What was found, errors first.</param>
internal sealed record AuditResult(AuditProvenance Provenance, AuditCounts Counts, IReadOnlyList<Finding> Findings)
{
    /// <summary>The version of this object in JSON.</summary>
    public int Schema { get; } = 1;
}
