using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval;

/// <summary>Scores predictions against prepared targets.</summary>
internal sealed class PairScoring(
    LatentDecoder decoder, PerceptualNetwork lpips, LossOptions options, LossDecoding decoding, FeatureDecoding featureDecoding, PerceptualTerms terms)
{
    private readonly ClipTerms _clips = new(lpips, terms);

    /// <summary>Scores a batch.</summary>
    /// <param name="predicted">Of the targets' shape.</param>
    /// <param name="target">The targets.</param>
    /// <param name="images">What the third term compares with; null where it has no weight or it was prepared with the targets.</param>
    /// <returns>One loss per sample, in order.</returns>
    public SampleLoss[] Score(TensorBuffer predicted, PreparedTarget target, TensorBuffer? images)
    {
        var finite = (bool[])target.Finite.Clone();
        LossInputs.MarkFinite(predicted, finite);
        if (images is not null)
        {
            LossInputs.MarkFinite(images, finite);
        }

        return options.Weights is { Perceptual: 0, Input: 0 } ? Combine(predicted, target, new FrameLoss[finite.Length], finite)
            : decoder.IsVideo ? ScoreClips(predicted, target, images, finite)
            : ScoreImages(predicted, target, images, finite);
    }

    private SampleLoss[] ScoreImages(TensorBuffer predicted, PreparedTarget target, TensorBuffer? images, bool[] finite)
    {
        using var imageFeatures = images is null ? null : terms.Prepare(images, decoder.ImageShape(predicted.Shape));
        var perceptual = options.Weights.Perceptual > 0 ? target.Features : null;
        var onInputs = options.Weights.Input > 0 ? imageFeatures ?? target.ImageFeatures : null;
        if (onInputs is not null && onInputs.ImageShape != decoder.ImageShape(predicted.Shape))
        {
            using var decoded = decoding.Decode(predicted);
            LossInputs.MarkFinite(decoded, finite);
            return Combine(predicted, target, terms.Compute(decoded, perceptual, onInputs), finite);
        }

        if (perceptual is not null && target.HasLatents(predicted))
        {
            // Equal latents decode to equal images, of which it is known whether they are finite.
            return Combine(predicted, target, terms.Compute(perceptual, perceptual, onInputs), finite);
        }

        using var features = featureDecoding.Features(predicted, finite);
        return Combine(predicted, target, terms.Compute(features, perceptual, onInputs), finite);
    }

    private SampleLoss[] ScoreClips(TensorBuffer predicted, PreparedTarget target, TensorBuffer? videos, bool[] finite)
    {
        using var decoded = decoding.Decode(predicted);
        LossInputs.MarkFinite(decoded, finite);
        var perceptual = options.Weights.Perceptual > 0 ? target.Video : null;
        var onInputs = options.Weights.Input > 0 ? videos ?? target.InputVideo : null;
        var clips = new FrameLoss[finite.Length][];
        for (var i = 0; i < clips.Length; i++)
        {
            clips[i] = _clips.Compute(i, decoded, perceptual, onInputs);
        }

        return Combine(predicted, target, Array.ConvertAll(clips, ClipTerms.Mean), finite, clips);
    }

    private SampleLoss[] Combine(TensorBuffer predicted, PreparedTarget target, FrameLoss[] terms, bool[] finite, FrameLoss[][]? clips = null)
    {
        var losses = new SampleLoss[finite.Length];
        for (var i = 0; i < losses.Length; i++)
        {
            // A network may swallow a NaN (max(NaN, 0) is 0): what went in decides, not what came out.
            var poison = finite[i] ? 0 : double.NaN;
            var latent = MeanSquaredError.Compute(target.Latents.Sample(i), predicted.Sample(i));
            var p = terms[i].PerceptualLoss + poison;
            var q = terms[i].PerceptualLossOnInputs + poison;
            var loss = (options.Weights.Latent * latent) + (options.Weights.Perceptual * (p ?? 0)) + (options.Weights.Input * (q ?? 0)) + poison;
            losses[i] = new SampleLoss(loss, latent, p, q) { Frames = clips?[i] };
        }

        return losses;
    }
}
