using System.Numerics.Tensors;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval;

/// <summary>
/// The composite loss of predicted and target latents: w₁·latent L2 + w₂·LPIPS(decode(target), decode(pred)) + w₃·LPIPS(image, decode(pred)).
/// Loaded once, used for any number of batches; safe for concurrent use. With a video decoder the LPIPS terms of a clip are the means over its frames.
/// </summary>
/// <remarks>
/// Reproduces LatentLPIPS of Stability-AI/generative-models and CogVideo (<c>sgm/modules/autoencoding/losses/lpips.py</c>), per sample
/// instead of per batch: their value is the mean of the samples'. One deviation: weights always apply (see <see cref="LossWeights"/>).
/// </remarks>
public sealed class LatentPerceptualLoss : IDisposable
{
    private readonly PerceptualTerms _terms;
    private readonly ClipTerms _clips;

    /// <summary>Creates the loss from a decoder and an LPIPS network.</summary>
    /// <param name="decoder">The decoder; owned by the loss from here on and disposed with it.</param>
    /// <param name="lpips">The LPIPS network; owned by the loss from here on and disposed with it.</param>
    /// <param name="options">How to compute; null for the reference class' defaults.</param>
    public LatentPerceptualLoss(LatentDecoder decoder, PerceptualNetwork lpips, LossOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(lpips);
        (Decoder, Lpips, Options) = (decoder, lpips, options ?? new LossOptions());
        _terms = new PerceptualTerms(lpips, Options);
        _clips = new ClipTerms(lpips, _terms);
    }

    /// <summary>How the loss is computed.</summary>
    public LossOptions Options { get; }

    /// <summary>The decoder; owned by this loss.</summary>
    public LatentDecoder Decoder { get; }

    /// <summary>The LPIPS network; owned by this loss.</summary>
    public PerceptualNetwork Lpips { get; }

    /// <summary>Loads decoder and LPIPS network by name.</summary>
    /// <param name="decoder">The name or folder of a decoder model.</param>
    /// <param name="lpips">The name or folder of an LPIPS model.</param>
    /// <param name="options">How to compute; null for the reference class' defaults.</param>
    /// <param name="execution">Where to run; null for the default.</param>
    /// <param name="store">Where to look names up; null for the usual folders.</param>
    /// <exception cref="ModelException">A model is unknown, or its files are not what its manifest says.</exception>
    /// <exception cref="DeviceException">The device asked for can't be used.</exception>
    /// <exception cref="InferenceException">The runtime does not take a graph.</exception>
    public static LatentPerceptualLoss Load(
        string decoder, string lpips, LossOptions? options = null, ExecutionOptions? execution = null, ModelStore? store = null)
    {
        store ??= new ModelStore();
        var lpipsModel = store.Find(lpips, ModelKind.Lpips);
        var loadedDecoder = new LatentDecoder(store.Find(decoder, ModelKind.Decoder), execution);
        try
        {
            return new LatentPerceptualLoss(loadedDecoder, new PerceptualNetwork(lpipsModel, execution), options);
        }
        catch
        {
            loadedDecoder.Dispose();
            throw;
        }
    }

    /// <summary>Scores a batch of pairs.</summary>
    /// <param name="predicted">[N,C,h,w], or [N,C,t,h,w] for a video decoder; not changed.</param>
    /// <param name="target">Of the same shape; not changed.</param>
    /// <param name="images">[N,3,H,W], or [N,3,T,H,W] with as many frames as are decoded, in [-1,1] for the third term; may be null where its weight is 0.</param>
    /// <returns>One loss per sample, in order. A sample whose latents or decoded images are not finite scores NaN.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit each other, the decoder or the LPIPS network, or images are missing.</exception>
    /// <exception cref="InvalidOperationException">The units need a conversion that is not known.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public IReadOnlyList<SampleLoss> Score(TensorBuffer predicted, TensorBuffer target, TensorBuffer? images = null)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(target);
        RequireSameShape(predicted.Shape, target.Shape);
        RequireImages(predicted.Shape, images);
        using var prepared = Prepare(target);
        return Score(predicted, prepared, images);
    }

    /// <summary>Scores a batch of pairs given as spans.</summary>
    /// <param name="predicted">As many values as the shape has elements, C order.</param>
    /// <param name="target">As many values as the shape has elements, C order.</param>
    /// <param name="shape">[N,C,h,w], or [N,C,t,h,w] for a video decoder.</param>
    /// <returns>One loss per sample, in order.</returns>
    /// <exception cref="ArgumentException">Lengths or shapes do not fit, or the third term has a weight and so needs images.</exception>
    /// <exception cref="InvalidOperationException">The units need a conversion that is not known.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public IReadOnlyList<SampleLoss> Score(ReadOnlySpan<float> predicted, ReadOnlySpan<float> target, TensorShape shape)
    {
        using var predictedBuffer = TensorBuffer.CopyOf(shape, predicted);
        using var targetBuffer = TensorBuffer.CopyOf(shape, target);
        return Score(predictedBuffer, targetBuffer);
    }

    /// <summary>Decodes target latents and computes their features, for scoring several predictions against them.</summary>
    /// <remarks>Of a clip the decoded frames are kept, not their features, which are many times larger and quickly computed.</remarks>
    /// <param name="target">[N,C,h,w], or [N,C,t,h,w] for a video decoder; copied.</param>
    /// <returns>The prepared target, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit the decoder or the LPIPS network.</exception>
    /// <exception cref="InvalidOperationException">The units need a conversion that is not known.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public PreparedTarget Prepare(TensorBuffer target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Decoder.ImageShape(target.Shape);
        var finite = new bool[target.Shape[0]];
        MarkFinite(target, finite, first: true);
        PerceptualFeatures? features = null;
        TensorBuffer? video = null;
        if (Options.Weights.Perceptual > 0)
        {
            var image = Decode(target);
            MarkFinite(image, finite);
            if (Decoder.IsVideo)
            {
                video = image;
            }
            else
            {
                using (image)
                {
                    features = Lpips.Features(image);
                }
            }
        }

        return new PreparedTarget(TensorBuffer.CopyOf(target.Shape, target.Span), features, video, finite);
    }

    /// <summary>Scores a batch of predictions against targets that are already prepared.</summary>
    /// <param name="predicted">Of the target's shape; not changed.</param>
    /// <param name="target">The targets, made by <see cref="Prepare"/> of this loss.</param>
    /// <param name="images">[N,3,H,W], or [N,3,T,H,W] with as many frames as are decoded, in [-1,1] for the third term; may be null where its weight is 0.</param>
    /// <returns>One loss per sample, in order. A sample whose latents or decoded images are not finite scores NaN.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit each other, images are missing, or the target was prepared without the perceptual term.</exception>
    /// <exception cref="InvalidOperationException">The units need a conversion that is not known.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public IReadOnlyList<SampleLoss> Score(TensorBuffer predicted, PreparedTarget target, TensorBuffer? images = null)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(target);
        RequireSameShape(predicted.Shape, target.Shape);
        RequireImages(predicted.Shape, images);
        if (Options.Weights.Perceptual > 0 && target is { Features: null, Video: null })
        {
            throw new ArgumentException("the target was prepared by a loss without the perceptual term; prepare it with this one.", nameof(target));
        }

        var finite = (bool[])target.Finite.Clone();
        MarkFinite(predicted, finite);
        if (Options.Weights is { Perceptual: 0, Input: 0 })
        {
            return Combine(predicted, target, new FrameLoss[finite.Length], finite);
        }

        using var decoded = Decode(predicted);
        MarkFinite(decoded, finite);
        if (Options.Weights.Input > 0)
        {
            MarkFinite(images!, finite);
        }

        if (!Decoder.IsVideo)
        {
            return Combine(predicted, target, _terms.Compute(decoded, target.Features, images), finite);
        }

        var video = Options.Weights.Perceptual > 0 ? target.Video : null;
        var compared = Options.Weights.Input > 0 ? images : null;
        var clips = new FrameLoss[finite.Length][];
        for (var i = 0; i < clips.Length; i++)
        {
            clips[i] = _clips.Compute(i, decoded, video, compared);
        }

        return Combine(predicted, target, Array.ConvertAll(clips, ClipTerms.Mean), finite, clips);
    }

    /// <summary>Disposes the decoder and the LPIPS network.</summary>
    public void Dispose()
    {
        Decoder.Dispose();
        Lpips.Dispose();
    }

    private TensorBuffer Decode(TensorBuffer latents)
    {
        var images = Decoder.Decode(latents, Options.Units, Options.Tiling);
        if (Options.Clamp)
        {
            TensorPrimitives.Clamp(images.Span, -1, 1, images.Span);
        }

        return images;
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
            var loss = (Options.Weights.Latent * latent) + (Options.Weights.Perceptual * (p ?? 0)) + (Options.Weights.Input * (q ?? 0)) + poison;
            losses[i] = new SampleLoss(loss, latent, p, q) { Frames = clips?[i] };
        }

        return losses;
    }

    private void RequireImages(TensorShape latents, TensorBuffer? images)
    {
        if (Options.Weights.Input == 0)
        {
            return;
        }

        if (images is null)
        {
            throw new ArgumentException($"the weight of the third term is {Options.Weights.Input}, but no images were given.", nameof(images));
        }

        var decoded = Decoder.ImageShape(latents);
        var fits = images.Shape.Rank == decoded.Rank && images.Shape.Dimensions[..^2].SequenceEqual(decoded.Dimensions[..^2]) && images.Shape.ElementCount > 0;
        if (!fits || (Options.Resize == ResizeMode.None && images.Shape != decoded))
        {
            throw new ArgumentException(
                $"images of shape {images.Shape}; latents of shape {latents} decode to {decoded}. Give images of that size, or choose a resize mode.", nameof(images));
        }
    }

    private static void RequireSameShape(TensorShape predicted, TensorShape target)
    {
        if (predicted != target)
        {
            throw new ArgumentException($"predicted latents of shape {predicted}, target latents of shape {target}; they must be the same.");
        }
    }

    private static void MarkFinite(TensorBuffer tensor, bool[] finite, bool first = false)
    {
        for (var i = 0; i < finite.Length; i++)
        {
            finite[i] = (first || finite[i]) && TensorPrimitives.IsFiniteAll<float>(tensor.Sample(i));
        }
    }
}
