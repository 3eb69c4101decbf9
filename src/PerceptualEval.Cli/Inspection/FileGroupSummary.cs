namespace PerceptualEval.Cli.Inspection;

/// <summary>Files of a folder that are alike.</summary>
/// <param name="Content">What they hold: the format and the container, or what else they are.</param>
/// <param name="Shapes">The shapes of their samples.</param>
/// <param name="Units">raw, model, or null where they do not say or have none.</param>
/// <param name="Count">How many there are.</param>
/// <param name="Examples">The first of them, by their paths in the folder.</param>
internal sealed record FileGroupSummary(string Content, string Shapes, string? Units, long Count, IReadOnlyList<string> Examples);
