namespace PerceptualEval.Comparisons;

/// <summary>What a comparison with the baseline shows of the loss.</summary>
public enum Verdict
{
    /// <summary>Chance explains the difference, or there are too few samples to tell.</summary>
    NoDifferenceShown,

    /// <summary>The mean loss is lower: the 95 % interval of the difference lies below 0, and Holm's p is below 0.05.</summary>
    Better,

    /// <summary>The mean loss is higher: the 95 % interval of the difference lies above 0, and Holm's p is below 0.05.</summary>
    Worse,
}
