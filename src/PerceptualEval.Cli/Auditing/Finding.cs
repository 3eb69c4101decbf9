namespace PerceptualEval.Cli.Auditing;

/// <summary>One thing that is wrong, or worth knowing, of a dataset.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Kind">What it is about.</param>
/// <param name="Samples">The ids of the samples concerned; empty where it is the dataset as a whole.</param>
/// <param name="Evidence">What was measured, with the numbers.</param>
/// <param name="Advice">What to do about it.</param>
internal sealed record Finding(FindingSeverity Severity, FindingKind Kind, IReadOnlyList<string> Samples, string Evidence, string Advice)
{
    /// <summary>A check that could not be made.</summary>
    /// <param name="what">The check, and why.</param>
    /// <param name="advice">What to do about it.</param>
    /// <param name="samples">The samples concerned; none for the dataset as a whole.</param>
    public static Finding NotChecked(string what, string advice, params IReadOnlyList<string> samples) => new(FindingSeverity.Note, FindingKind.NotChecked, samples, what, advice);
}
