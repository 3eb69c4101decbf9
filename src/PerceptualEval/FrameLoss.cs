namespace PerceptualEval;

/// <summary>The perceptual terms of one frame of a clip; the clip's are their means. NaN where the frame's pixels are not finite.</summary>
/// <param name="PerceptualLoss">LPIPS of the frame in decode(target) and decode(pred); null where its weight is 0.</param>
/// <param name="PerceptualLossOnInputs">LPIPS of the frame in the video given and in decode(pred); null where its weight is 0.</param>
public readonly record struct FrameLoss(double? PerceptualLoss, double? PerceptualLossOnInputs);
