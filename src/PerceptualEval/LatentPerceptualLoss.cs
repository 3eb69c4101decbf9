using System.Numerics.Tensors;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval;

/// <summary>
/// The composite loss of predicted and target latents: w₁·latent L2 + w₂·LPIPS(decode(target), decode(pred)) + w₃·LPIPS(image, decode(pred)).
/// Loaded once, used for any number of batches; safe for concurrent use.
/// </summary>
/// <remarks>
/// Reproduces LatentLPIPS of Stability-AI/generative-models and CogVideo (<c>sgm/modules/autoencoding/losses/lpips.py</c>), per sample
/// instead of per batch: their value is the mean of the samples'. One deviation: weights always apply (see <see cref="LossWeights"/>).
/// </remarks>
public sealed class LatentPerceptualLoss : IDisposable
{
    /// <summary>Creates the loss from a decoder and an LPIPS network.</summary>
    /// <param name="decoder">The decoder; owned by the loss from here on and disposed with it.</param>
    /// <param name="lpips">The LPIPS network; owned by the loss from here on and disposed with it.</param>
    /// <param name="options">How to compute; null for the reference class' defaults.</param>
    public LatentPerceptualLoss(LatentDecoder decoder, PerceptualNetwork lpips, LossOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(lpips);
        (Decoder, Lpips, Options) = (decoder, lpips, options ?? new LossOptions());
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
    /// <param name="predicted">[N,C,h,w]; not changed.</param>
    /// <param name="target">[N,C,h,w]; not changed.</param>
    /// <param name="images">[N,3,H,W] in [-1,1] for the third term; may be null where its weight is 0.</param>
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
    /// <param name="shape">[N,C,h,w].</param>
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
    /// <param name="target">[N,C,h,w]; copied.</param>
    /// <returns>The prepared target, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shape does not fit the decoder or the LPIPS network.</exception>
    /// <exception cref="InvalidOperationException">The units need a conversion that is not known.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public PreparedTarget Prepare(TensorBuffer target)
    {
        ArgumentNullException.ThrowIfNull(target);
        Decoder.ImageShape(target.Shape);
        var finite = new bool[target.Shape[0]];
        PerceptualFeatures? features = null;
        MarkFinite(target, finite, first: true);
        if (Options.Weights.Perceptual > 0)
        {
            using var image = Decode(target);
            MarkFinite(image, finite);
            features = Lpips.Features(image);
        }

        return new PreparedTarget(TensorBuffer.CopyOf(target.Shape, target.Span), features, finite);
    }

    /// <summary>Scores a batch of predictions against targets that are already prepared.</summary>
    /// <param name="predicted">[N,C,h,w] of the target's shape; not changed.</param>
    /// <param name="target">The targets, made by <see cref="Prepare"/> of this loss.</param>
    /// <param name="images">[N,3,H,W] in [-1,1] for the third term; may be null where its weight is 0.</param>
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
        if (Options.Weights.Perceptual > 0 && target.Features is null)
        {
            throw new ArgumentException("the target was prepared by a loss without the perceptual term; prepare it with this one.", nameof(target));
        }

        var finite = (bool[])target.Finite.Clone();
        MarkFinite(predicted, finite);
        IReadOnlyList<PerceptualDistance>? perceptual = null;
        IReadOnlyList<PerceptualDistance>? onInputs = null;
        if (Options.Weights is { Perceptual: > 0 } or { Input: > 0 })
        {
            using var decoded = Decode(predicted);
            MarkFinite(decoded, finite);
            using var features = NeedsOwnFeatures(decoded, images) ? Lpips.Features(decoded) : null;
            perceptual = Options.Weights.Perceptual > 0 ? Lpips.Distance(target.Features!, features!) : null;
            onInputs = Options.Weights.Input > 0 ? DistanceToImages(images!, decoded, features, finite) : null;
        }

        return Combine(predicted, target, perceptual, onInputs, finite);
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

    // decode(pred) at its own size is compared with the target, and with images of that size.
    private bool NeedsOwnFeatures(TensorBuffer decoded, TensorBuffer? images) =>
        Options.Weights.Perceptual > 0 || Options.Resize != ResizeMode.Decoded || SameSize(decoded, images!);

    private IReadOnlyList<PerceptualDistance> DistanceToImages(TensorBuffer images, TensorBuffer decoded, PerceptualFeatures? decodedFeatures, bool[] finite)
    {
        MarkFinite(images, finite);
        if (SameSize(decoded, images) || Options.Resize == ResizeMode.Image)
        {
            using var resized = SameSize(decoded, images) ? null : BicubicResize.Resize(images, (int)decoded.Shape[2], (int)decoded.Shape[3]);
            using var imageFeatures = Lpips.Features(resized ?? images);
            return Lpips.Distance(imageFeatures, decodedFeatures!);
        }

        using var enlarged = BicubicResize.Resize(decoded, (int)images.Shape[2], (int)images.Shape[3]);
        using var enlargedFeatures = Lpips.Features(enlarged);
        using var features = Lpips.Features(images);
        return Lpips.Distance(features, enlargedFeatures);
    }

    private SampleLoss[] Combine(
        TensorBuffer predicted, PreparedTarget target, IReadOnlyList<PerceptualDistance>? perceptual, IReadOnlyList<PerceptualDistance>? onInputs, bool[] finite)
    {
        var losses = new SampleLoss[finite.Length];
        for (var i = 0; i < losses.Length; i++)
        {
            // A network may swallow a NaN (max(NaN, 0) is 0): what went in decides, not what came out.
            var poison = finite[i] ? 0 : double.NaN;
            var latent = MeanSquaredError.Compute(target.Latents.Sample(i), predicted.Sample(i));
            var p = perceptual?[i].Total + poison;
            var q = onInputs?[i].Total + poison;
            var loss = (Options.Weights.Latent * latent) + (Options.Weights.Perceptual * (p ?? 0)) + (Options.Weights.Input * (q ?? 0)) + poison;
            losses[i] = new SampleLoss(loss, latent, p, q);
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
        var fits = images.Shape.Rank == 4 && images.Shape[0] == latents[0] && images.Shape[1] == 3 && images.Shape.ElementCount > 0;
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

    private static bool SameSize(TensorBuffer a, TensorBuffer b) => a.Shape == b.Shape;

    private static void MarkFinite(TensorBuffer tensor, bool[] finite, bool first = false)
    {
        for (var i = 0; i < finite.Length; i++)
        {
            finite[i] = (first || finite[i]) && TensorPrimitives.IsFiniteAll<float>(tensor.Sample(i));
        }
    }
}
