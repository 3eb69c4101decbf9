using System.Numerics.Tensors;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval;

/// <summary>Decodes latents to the features of their images. Where decoder and network run on one GPU, the images stay on it.</summary>
/// <param name="decoder">The decoder.</param>
/// <param name="lpips">The network.</param>
/// <param name="options">How the loss is computed.</param>
/// <param name="decoding">Decodes where the images have to come to the host.</param>
/// <param name="onDevice">Looks at images that stay where they are decoded; null where they can't (<see cref="CanStay"/>).</param>
internal sealed class FeatureDecoding(
    LatentDecoder decoder, PerceptualNetwork lpips, LossOptions options, LossDecoding decoding, FiniteCheck? onDevice)
{
    private volatile bool _overflows;

    /// <summary>Whether the images can stay: both run on the same GPU, and nothing is to be done to the images in between.</summary>
    public static bool CanStay(LatentDecoder decoder, PerceptualNetwork lpips, LossOptions options) =>
        decoder.Device.CudaDevice is not null && decoder.Device == lpips.Device && FitTogether(decoder, lpips, options);

    /// <summary>Whether the network takes the decoder's images as they are.</summary>
    public static bool FitTogether(LatentDecoder decoder, PerceptualNetwork lpips, LossOptions options) =>
        !decoder.IsVideo && decoder.GivesSigned && !options.Clamp && lpips.FeatureChannels.Count > 0;

    /// <summary>Decodes latents and computes the images' features.</summary>
    /// <param name="latents">[N,C,h,w] in the loss' units.</param>
    /// <param name="finite">Per sample; becomes false where the image is not finite.</param>
    /// <param name="toHost">Whether the features are wanted in the host's memory.</param>
    /// <returns>The features, owned by the caller.</returns>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public PerceptualFeatures Features(TensorBuffer latents, bool[] finite, bool toHost = false)
    {
        if (onDevice is not null && !_overflows && !TiledDecoding.Applies(latents.Shape, options.Tiling))
        {
            using var kept = decoder.DecodeOnDevice(latents, options.Units);
            var found = onDevice.Check(kept.Images);
            if (decoder.Precision != ComputePrecision.Float16 || !HasOverflowed(latents, found))
            {
                LossInputs.MarkFinite(found, finite);
                return lpips.Features(kept.Images, kept.Shape, toHost);
            }

            // What overflows float16 once will again, and only the host's way mends it sample by sample.
            _overflows = true;
        }

        using var images = decoding.Decode(latents);
        LossInputs.MarkFinite(images, finite);
        return lpips.Features(images, toHost);
    }

    private static bool HasOverflowed(TensorBuffer latents, bool[] finite)
    {
        for (var i = 0; i < finite.Length; i++)
        {
            if (!finite[i] && TensorPrimitives.IsFiniteAll<float>(latents.Sample(i)))
            {
                return true;
            }
        }

        return false;
    }
}
