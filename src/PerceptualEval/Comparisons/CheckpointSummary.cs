namespace PerceptualEval.Comparisons;

/// <summary>How one checkpoint does.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Losses">Its losses; the 95 % intervals of the means are <see cref="Statistics.Bootstrap"/>'s.</param>
public sealed record CheckpointSummary(string Name, LossSummary Losses);
