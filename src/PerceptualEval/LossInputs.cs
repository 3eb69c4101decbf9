using System.Numerics.Tensors;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval;

/// <summary>What the tensors of a loss must be.</summary>
internal sealed class LossInputs(LatentDecoder decoder, LossOptions options)
{
    /// <summary>Images must be there where the third term has a weight, and fit.</summary>
    /// <exception cref="ArgumentException">They aren't, or don't.</exception>
    public void RequireImages(TensorShape latents, TensorBuffer? images)
    {
        if (options.Weights.Input == 0)
        {
            return;
        }

        if (images is null)
        {
            throw new ArgumentException($"the weight of the third term is {options.Weights.Input}, but no images were given.", nameof(images));
        }

        RequireFitting(latents, images);
    }

    /// <summary>Images must have the decoded images' size, unless one of them is resized.</summary>
    /// <exception cref="ArgumentException">They don't.</exception>
    public void RequireFitting(TensorShape latents, TensorBuffer images)
    {
        var decoded = decoder.ImageShape(latents);
        var fits = images.Shape.Rank == decoded.Rank && images.Shape.Dimensions[..^2].SequenceEqual(decoded.Dimensions[..^2]) && images.Shape.ElementCount > 0;
        if (!fits || (options.Resize == ResizeMode.None && images.Shape != decoded))
        {
            throw new ArgumentException(
                $"images of shape {images.Shape}; latents of shape {latents} decode to {decoded}. Give images of that size, or choose a resize mode.", nameof(images));
        }
    }

    /// <summary>Predicted and target latents must have the same shape.</summary>
    /// <exception cref="ArgumentException">They don't.</exception>
    public static void RequireSameShape(TensorShape predicted, TensorShape target)
    {
        if (predicted != target)
        {
            throw new ArgumentException($"predicted latents of shape {predicted}, target latents of shape {target}; they must be the same.");
        }
    }

    /// <summary>Notes, per sample, whether a tensor is finite, and what was noted before where this is not the first.</summary>
    public static void MarkFinite(TensorBuffer tensor, bool[] finite, bool first = false)
    {
        for (var i = 0; i < finite.Length; i++)
        {
            finite[i] = (first || finite[i]) && TensorPrimitives.IsFiniteAll<float>(tensor.Sample(i));
        }
    }

    /// <summary>Notes, per sample, what was found elsewhere, and what was noted before.</summary>
    public static void MarkFinite(ReadOnlySpan<bool> found, bool[] finite)
    {
        for (var i = 0; i < finite.Length; i++)
        {
            finite[i] &= found[i];
        }
    }
}
