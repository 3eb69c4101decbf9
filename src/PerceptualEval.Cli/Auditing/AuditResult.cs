namespace PerceptualEval.Cli.Auditing;

/// <summary>The result of an audit.</summary>
/// <param name="Provenance">What it depends on.</param>
/// <param name="Counts">It in numbers.</param>
/// <param name="Findings">What was found, errors first.</param>
/// <param name="Distances">LPIPS of each decoded latent to its image, in the order of the dataset; infinite where the decoded image is not finite. Empty where nothing was decoded.</param>
internal sealed record AuditResult(AuditProvenance Provenance, AuditCounts Counts, IReadOnlyList<Finding> Findings, IReadOnlyList<(string Id, double Distance)> Distances);
