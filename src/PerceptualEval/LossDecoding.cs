using System.Numerics.Tensors;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval;

/// <summary>Decodes latents to the images that a loss compares.</summary>
internal sealed class LossDecoding(LatentDecoder decoder, LossOptions options)
{
    /// <summary>Decodes latents in the loss' units, clamped where the options say so.</summary>
    /// <returns>[N,3,H,W] or [N,3,T,H,W], owned by the caller.</returns>
    public TensorBuffer Decode(TensorBuffer latents)
    {
        var images = decoder.Decode(latents, options.Units, options.Tiling);
        if (options.Clamp)
        {
            TensorPrimitives.Clamp(images.Span, -1, 1, images.Span);
        }

        return images;
    }
}
