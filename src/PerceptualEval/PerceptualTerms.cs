using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval;

/// <summary>The two LPIPS terms of a batch of decoded predictions, as far as they have a weight.</summary>
internal sealed class PerceptualTerms(PerceptualNetwork lpips, LossOptions options)
{
    /// <summary>Computes the terms. The features of decode(pred) are computed once for both.</summary>
    /// <param name="decoded">decode(pred), [N,3,H,W].</param>
    /// <param name="target">The features of decode(target); null where the perceptual term has no weight.</param>
    /// <param name="images">What the third term compares with; may be null where it has no weight.</param>
    /// <returns>Per image, the terms; null where a weight is 0.</returns>
    public FrameLoss[] Compute(TensorBuffer decoded, PerceptualFeatures? target, TensorBuffer? images)
    {
        images = options.Weights.Input > 0 ? images : null;
        using var features = NeedsOwnFeatures(decoded, images) ? lpips.Features(decoded) : null;
        var perceptual = options.Weights.Perceptual > 0 ? lpips.Distance(target!, features!) : null;
        var onInputs = images is null ? null : DistanceToImages(images, decoded, features);
        var terms = new FrameLoss[decoded.Shape[0]];
        for (var i = 0; i < terms.Length; i++)
        {
            terms[i] = new FrameLoss(perceptual?[i].Total, onInputs?[i].Total);
        }

        return terms;
    }

    // decode(pred) at its own size is compared with the target, and with images of that size.
    private bool NeedsOwnFeatures(TensorBuffer decoded, TensorBuffer? images) =>
        options.Weights.Perceptual > 0 || options.Resize != ResizeMode.Decoded || images is null || images.Shape == decoded.Shape;

    private IReadOnlyList<PerceptualDistance> DistanceToImages(TensorBuffer images, TensorBuffer decoded, PerceptualFeatures? decodedFeatures)
    {
        var sameSize = images.Shape == decoded.Shape;
        if (sameSize || options.Resize == ResizeMode.Image)
        {
            using var resized = sameSize ? null : BicubicResize.Resize(images, (int)decoded.Shape[2], (int)decoded.Shape[3]);
            using var imageFeatures = lpips.Features(resized ?? images);
            return lpips.Distance(imageFeatures, decodedFeatures!);
        }

        using var enlarged = BicubicResize.Resize(decoded, (int)images.Shape[2], (int)images.Shape[3]);
        using var enlargedFeatures = lpips.Features(enlarged);
        using var features = lpips.Features(images);
        return lpips.Distance(features, enlargedFeatures);
    }
}
