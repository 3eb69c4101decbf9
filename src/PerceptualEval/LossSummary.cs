using PerceptualEval.Statistics;

namespace PerceptualEval;

/// <summary>The losses of many samples in a few numbers; lower is better.</summary>
/// <param name="Count">All samples scored, non-finite ones included: <c>Count − NonFinite</c> are in the summaries.</param>
/// <param name="NonFinite">The samples whose loss or one of whose terms is NaN or infinite. They are in none of the summaries.</param>
/// <param name="Loss">The weighted sum.</param>
/// <param name="LatentL2Loss">mean((target − pred)²) of the latents, in their squared unit.</param>
/// <param name="PerceptualLoss">LPIPS(decode(target), decode(pred)), without unit; null where no sample has it.</param>
/// <param name="PerceptualLossOnInputs">LPIPS(image, decode(pred)), without unit; null where no sample has it.</param>
public sealed record LossSummary(
    long Count,
    long NonFinite,
    TermSummary Loss,
    TermSummary LatentL2Loss,
    TermSummary? PerceptualLoss,
    TermSummary? PerceptualLossOnInputs);
