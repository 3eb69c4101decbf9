namespace PerceptualEval.Cli.Verbs;

/// <summary>One thing that <c>doctor</c> looked at.</summary>
/// <param name="Name">What.</param>
/// <param name="Ok">Whether it is there and works.</param>
/// <param name="Found">What was found, or what to do about it.</param>
internal sealed record DoctorFinding(string Name, bool Ok, string Found);
