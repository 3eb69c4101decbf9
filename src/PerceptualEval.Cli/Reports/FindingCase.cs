namespace PerceptualEval.Cli.Reports;

/// <summary>One place in which a finding was made.</summary>
/// <param name="Evidence">What was measured.</param>
/// <param name="Samples">The ids of the samples concerned; empty where it is the dataset as a whole.</param>
internal sealed record FindingCase(string Evidence, IReadOnlyList<string> Samples);
