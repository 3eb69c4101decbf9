namespace PerceptualEval.Cli.Results;

/// <summary>A checkpoint as JSON has it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Summary">Its losses, as <c>score</c> writes them.</param>
internal sealed record CheckpointResult(string Name, ScoreSummary Summary);
