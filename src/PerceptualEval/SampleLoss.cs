namespace PerceptualEval;

/// <summary>The loss of one sample and the terms it is made of; lower is better, an identical pair scores exactly 0.</summary>
/// <param name="Loss">The weighted sum of the terms that were computed.</param>
/// <param name="LatentL2Loss">mean((target − pred)²) over the latent's values, in the units of the latents as given.</param>
/// <param name="PerceptualLoss">LPIPS(decode(target), decode(pred)); null where its weight is 0.</param>
/// <param name="PerceptualLossOnInputs">LPIPS(image, decode(pred)); null where its weight is 0.</param>
public readonly record struct SampleLoss(double Loss, double LatentL2Loss, double? PerceptualLoss, double? PerceptualLossOnInputs)
{
    /// <summary>For a clip, the perceptual terms of each frame, in order; null for images, and where no perceptual term has a weight.</summary>
    public IReadOnlyList<FrameLoss>? Frames { get; init; }

    /// <summary>Whether the loss and every computed term are finite. Otherwise the sample is reported and left out of every average.</summary>
    public bool IsFinite =>
        double.IsFinite(Loss) && double.IsFinite(LatentL2Loss)
        && double.IsFinite(PerceptualLoss ?? 0) && double.IsFinite(PerceptualLossOnInputs ?? 0);
}
