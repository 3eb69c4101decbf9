namespace PerceptualEval.Comparisons;

/// <summary>Checkpoints against one target, and against each other.</summary>
/// <param name="Baseline">The checkpoint that the others are compared with.</param>
/// <param name="Seed">The seed of the intervals.</param>
/// <param name="Checkpoints">All checkpoints, in the order given.</param>
/// <param name="Comparisons">All but the baseline, in the same order.</param>
/// <param name="RankAgreements">One for each checkpoint; none where neither perceptual term was computed.</param>
public sealed record ComparisonSummary(
    string Baseline,
    long Seed,
    IReadOnlyList<CheckpointSummary> Checkpoints,
    IReadOnlyList<CheckpointComparison> Comparisons,
    IReadOnlyList<RankAgreement> RankAgreements);
