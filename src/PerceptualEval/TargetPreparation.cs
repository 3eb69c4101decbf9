using PerceptualEval.Inference;
using PerceptualEval.Inference.Caching;
using PerceptualEval.Tensors;

namespace PerceptualEval;

/// <summary>Computes once what a loss needs of targets, and of the images that go with them.</summary>
internal sealed class TargetPreparation(
    LatentDecoder decoder, PerceptualNetwork lpips, LossOptions options, LossDecoding decoding, FeatureDecoding featureDecoding, PerceptualTerms terms)
{
    // Not for plugins: nothing tells whether the same one runs on the same device the next time.
    private readonly CachedTargets? _cache = options.Cache is { } cache && decoder.Device.Provider is null && lpips.Device.Provider is null
        ? new CachedTargets(cache.Entries, decoder, lpips, options)
        : null;

    /// <summary>Prepares targets.</summary>
    /// <param name="latents">The targets; copied.</param>
    /// <param name="images">What the third term compares with, which fits them; null where it has no weight or they come later.</param>
    /// <returns>The prepared targets, owned by the caller.</returns>
    public PreparedTarget Prepare(TensorBuffer latents, TensorBuffer? images)
    {
        var decoded = decoder.ImageShape(latents.Shape);
        var prepared = new PreparedTarget(TensorBuffer.CopyOf(latents.Shape, latents.Span), new bool[latents.Shape[0]]);
        try
        {
            LossInputs.MarkFinite(latents, prepared.Finite, first: true);
            if (options.Weights.Perceptual > 0)
            {
                PrepareDecoded(prepared);
            }

            if (images is not null)
            {
                PrepareImages(prepared, images, decoded);
            }

            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private void PrepareDecoded(PreparedTarget target)
    {
        if (decoder.IsVideo)
        {
            target.Video = _cache?.FindVideos(target.Latents) ?? DecodeVideos(target);
        }
        else
        {
            target.Features = _cache?.FindFeatures(target.Latents) ?? ComputeFeatures(target);
        }
    }

    // What the cache has was finite.
    private TensorBuffer DecodeVideos(PreparedTarget target)
    {
        var videos = decoding.Decode(target.Latents);
        LossInputs.MarkFinite(videos, target.Finite);
        _cache?.Add(target.Latents, videos, target.Finite);
        return videos;
    }

    private PerceptualFeatures ComputeFeatures(PreparedTarget target)
    {
        var features = featureDecoding.Features(target.Latents, target.Finite, toHost: _cache is not null);
        _cache?.Add(target.Latents, features, target.Finite);
        return features;
    }

    private void PrepareImages(PreparedTarget target, TensorBuffer images, TensorShape decoded)
    {
        LossInputs.MarkFinite(images, target.Finite);
        if (decoder.IsVideo)
        {
            target.InputVideo = TensorBuffer.CopyOf(images.Shape, images.Span);
        }
        else
        {
            target.ImageFeatures = terms.Prepare(images, decoded);
        }
    }
}
