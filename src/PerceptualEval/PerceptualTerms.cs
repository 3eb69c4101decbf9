using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval;

/// <summary>The two LPIPS terms of a batch of decoded predictions, as far as they have a weight.</summary>
internal sealed class PerceptualTerms(PerceptualNetwork lpips, LossOptions options)
{
    /// <summary>Computes the features of what the third term compares with, at the size at which it is compared.</summary>
    /// <param name="images">[N,3,H,W] in [-1,1].</param>
    /// <param name="decoded">The shape of the decoded predictions.</param>
    /// <returns>The features, owned by the caller.</returns>
    public PerceptualFeatures Prepare(TensorBuffer images, TensorShape decoded)
    {
        var isResized = options.Resize == ResizeMode.Image && images.Shape != decoded;
        using var resized = isResized ? BicubicResize.Resize(images, (int)decoded[2], (int)decoded[3]) : null;
        return lpips.Features(resized ?? images);
    }

    /// <summary>Computes the terms. The features of decode(pred) are computed once for both.</summary>
    /// <param name="decoded">decode(pred), [N,3,H,W].</param>
    /// <param name="target">The features of decode(target); null where the perceptual term has no weight.</param>
    /// <param name="images">What <see cref="Prepare"/> made of what the third term compares with; null where it has no weight.</param>
    /// <returns>Per image, the terms; null where a weight is 0.</returns>
    public FrameLoss[] Compute(TensorBuffer decoded, PerceptualFeatures? target, PerceptualFeatures? images)
    {
        // decode(pred) at its own size is compared with the target, and with images of that size.
        var areEnlarged = images is not null && images.ImageShape != decoded.Shape;
        using var features = target is not null || !areEnlarged ? lpips.Features(decoded) : null;
        var perceptual = target is null ? null : lpips.Distance(target, features!);
        var onInputs = images is null ? null : areEnlarged ? DistanceToEnlarged(images, decoded) : lpips.Distance(images, features!);
        return Joined(decoded.Shape[0], perceptual, onInputs);
    }

    /// <summary>Computes the terms where the features of decode(pred) are there already.</summary>
    /// <param name="decoded">The features of decode(pred).</param>
    /// <param name="target">The features of decode(target); null where the perceptual term has no weight.</param>
    /// <param name="images">The features of what the third term compares with, of images of decode(pred)'s size; null where it has no weight.</param>
    /// <returns>Per image, the terms; null where a weight is 0.</returns>
    public FrameLoss[] Compute(PerceptualFeatures decoded, PerceptualFeatures? target, PerceptualFeatures? images) => Joined(
        decoded.ImageShape[0], target is null ? null : lpips.Distance(target, decoded), images is null ? null : lpips.Distance(images, decoded));

    private static FrameLoss[] Joined(long count, IReadOnlyList<PerceptualDistance>? perceptual, IReadOnlyList<PerceptualDistance>? onInputs)
    {
        var terms = new FrameLoss[count];
        for (var i = 0; i < terms.Length; i++)
        {
            terms[i] = new FrameLoss(perceptual?[i].Total, onInputs?[i].Total);
        }

        return terms;
    }

    private IReadOnlyList<PerceptualDistance> DistanceToEnlarged(PerceptualFeatures images, TensorBuffer decoded)
    {
        using var enlarged = BicubicResize.Resize(decoded, (int)images.ImageShape[2], (int)images.ImageShape[3]);
        using var features = lpips.Features(enlarged);
        return lpips.Distance(images, features);
    }
}
