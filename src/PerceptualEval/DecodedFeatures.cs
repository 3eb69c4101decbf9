using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval;

/// <summary>Computes the features of decoded latents. Where decoder and network run on one GPU, the images stay on it.</summary>
/// <param name="decoder">The decoder.</param>
/// <param name="lpips">The network.</param>
/// <param name="options">How the loss is computed.</param>
/// <param name="decoding">Decodes where the images have to come to the host.</param>
/// <param name="onDevice">Whether images may stay where they are decoded: <see cref="CanStay"/>.</param>
internal sealed class DecodedFeatures(
    LatentDecoder decoder, PerceptualNetwork lpips, LossOptions options, LossDecoding decoding, bool onDevice)
{
    /// <summary>Whether the network takes the decoder's images as they are, on the same GPU.</summary>
    public static bool CanStay(LatentDecoder decoder, PerceptualNetwork lpips, LossOptions options) =>
        decoder.Device.CudaDevice is not null && decoder.Device == lpips.Device && decoder.GivesSigned && lpips.FeatureChannels.Count > 0
        && !decoder.IsVideo && !options.Clamp;

    /// <summary>Decodes latents and computes the images' features.</summary>
    /// <param name="latents">[N,C,h,w] in the loss' units.</param>
    /// <param name="finite">Per sample; becomes false where the image is not finite.</param>
    /// <param name="toHost">Whether the features are wanted in the host's memory.</param>
    /// <returns>The features, owned by the caller.</returns>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public PerceptualFeatures Compute(TensorBuffer latents, bool[] finite, bool toHost = false)
    {
        if (onDevice && !TiledDecoding.Applies(latents.Shape, options.Tiling))
        {
            using var kept = decoder.DecodeOnDevice(latents, options.Units);
            if (kept is not null)
            {
                LossInputs.MarkFinite(kept.Finite, finite);
                return lpips.Features(kept.Value, kept.Shape, toHost);
            }
        }

        using var images = decoding.Decode(latents);
        LossInputs.MarkFinite(images, finite);
        return lpips.Features(images, toHost);
    }
}
