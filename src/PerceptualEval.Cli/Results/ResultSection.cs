namespace PerceptualEval.Cli.Results;

/// <summary>Something that a run makes of its samples, such as their summary.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Json">Its value, UTF-8.</param>
internal sealed record ResultSection(string Name, byte[] Json);
