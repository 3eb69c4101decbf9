using PerceptualEval.Statistics;

namespace PerceptualEval.Comparisons;

/// <summary>How one checkpoint differs from the baseline, over the samples that are finite in both; negative is better.</summary>
/// <param name="Name">The checkpoint.</param>
/// <param name="Baseline">What it is compared with.</param>
/// <param name="Loss">The difference of the weighted sum; null where no sample is finite in both.</param>
/// <param name="LatentL2Loss">The difference of the latent term; null likewise.</param>
/// <param name="PerceptualLoss">The difference of LPIPS(decode(target), decode(pred)); null likewise, and where it was not computed.</param>
/// <param name="PerceptualLossOnInputs">The difference of LPIPS(image, decode(pred)); null likewise.</param>
/// <param name="HolmP">The p-value of the loss, corrected for the number of checkpoints that are compared; 1 where there is no difference.</param>
public sealed record CheckpointComparison(
    string Name,
    string Baseline,
    PairedDifference? Loss,
    PairedDifference? LatentL2Loss,
    PairedDifference? PerceptualLoss,
    PairedDifference? PerceptualLossOnInputs,
    double HolmP)
{
    /// <summary>The level of significance: what is shown is wrong in so many of all comparisons in which there is nothing to show.</summary>
    public const double Level = 0.05;

    /// <summary>What that shows.</summary>
    public Verdict Verdict => VerdictOf(Loss, HolmP);

    /// <summary>What a difference shows: better or worse where the interval excludes 0 and p is below 0.05.</summary>
    /// <param name="difference">The difference; null for none.</param>
    /// <param name="p">Its p-value, corrected where several are looked at.</param>
    public static Verdict VerdictOf(PairedDifference? difference, double p) => p >= Level ? Verdict.NoDifferenceShown
        : difference?.Ci95 is { High: < 0 } ? Verdict.Better
        : difference?.Ci95 is { Low: > 0 } ? Verdict.Worse
        : Verdict.NoDifferenceShown;
}
