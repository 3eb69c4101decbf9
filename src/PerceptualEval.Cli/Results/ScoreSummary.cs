using PerceptualEval.Statistics;

namespace PerceptualEval.Cli.Results;

/// <summary>The summary of a run as JSON has it: that of the losses, and how many samples have none because their files are bad.</summary>
/// <param name="Count">See <see cref="LossSummary"/>.</param>
/// <param name="NonFinite">See <see cref="LossSummary"/>.</param>
/// <param name="BadFiles">Samples that were passed over, not among <paramref name="Count"/>.</param>
/// <param name="Loss">See <see cref="LossSummary"/>.</param>
/// <param name="LatentL2Loss">See <see cref="LossSummary"/>.</param>
/// <param name="PerceptualLoss">See <see cref="LossSummary"/>.</param>
/// <param name="PerceptualLossOnInputs">See <see cref="LossSummary"/>.</param>
internal sealed record ScoreSummary(
    long Count,
    long NonFinite,
    long BadFiles,
    TermSummary Loss,
    TermSummary LatentL2Loss,
    TermSummary? PerceptualLoss,
    TermSummary? PerceptualLossOnInputs)
{
    /// <summary>Adds the bad files to a summary of losses.</summary>
    public static ScoreSummary Of(LossSummary losses, long badFiles) => new(
        losses.Count, losses.NonFinite, badFiles, losses.Loss, losses.LatentL2Loss, losses.PerceptualLoss, losses.PerceptualLossOnInputs);
}
