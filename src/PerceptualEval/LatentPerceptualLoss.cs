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
    private readonly LossInputs _inputs;
    private readonly TargetPreparation _targets;
    private readonly PairScoring _pairs;
    private readonly FiniteCheck? _finiteOnDevice;
    private readonly bool _ownsLpips;

    /// <summary>Creates the loss from a decoder and an LPIPS network.</summary>
    /// <param name="decoder">The decoder; owned by the loss from here on and disposed with it.</param>
    /// <param name="lpips">The LPIPS network; owned by the loss from here on and disposed with it.</param>
    /// <param name="options">How to compute; null for the reference class' defaults.</param>
    public LatentPerceptualLoss(LatentDecoder decoder, PerceptualNetwork lpips, LossOptions? options = null)
        : this(decoder, lpips, options, ownsLpips: true)
    {
    }

    private LatentPerceptualLoss(LatentDecoder decoder, PerceptualNetwork lpips, LossOptions? options, bool ownsLpips)
    {
        ArgumentNullException.ThrowIfNull(decoder);
        ArgumentNullException.ThrowIfNull(lpips);
        (Decoder, Lpips, Options) = (decoder, lpips, options ?? new LossOptions());
        _ownsLpips = ownsLpips;
        _inputs = new LossInputs(decoder, Options);
        var decoding = new LossDecoding(decoder, Options);
        var terms = new PerceptualTerms(lpips, Options);
        _finiteOnDevice = FeatureDecoding.CanStay(decoder, lpips, Options) ? new FiniteCheck(decoder.Device) : null;
        var features = new FeatureDecoding(decoder, lpips, Options, decoding, _finiteOnDevice);
        _targets = new TargetPreparation(decoder, lpips, Options, decoding, features, terms);
        _pairs = new PairScoring(decoder, lpips, Options, decoding, features, terms);
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

    /// <summary>Makes a loss with another decoder that shares the LPIPS network and the options: images prepared with one can be scored with the other.</summary>
    /// <param name="decoder">The decoder; owned by the new loss.</param>
    /// <returns>The new loss, owned by the caller. The network stays with this one, which is disposed last.</returns>
    public LatentPerceptualLoss WithDecoder(LatentDecoder decoder) => new(decoder, Lpips, Options, ownsLpips: false);

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
        LossInputs.RequireSameShape(predicted.Shape, target.Shape);
        _inputs.RequireImages(predicted.Shape, images);
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
    /// <param name="images">[N,3,H,W], or [N,3,T,H,W], in [-1,1] for the third term, prepared likewise; null to give them with the predictions.</param>
    /// <returns>The prepared target, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The shapes do not fit each other, the decoder or the LPIPS network.</exception>
    /// <exception cref="InvalidOperationException">The units need a conversion that is not known.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public PreparedTarget Prepare(TensorBuffer target, TensorBuffer? images = null)
    {
        ArgumentNullException.ThrowIfNull(target);
        images = Options.Weights.Input > 0 ? images : null;
        if (images is not null)
        {
            _inputs.RequireFitting(target.Shape, images);
        }

        return _targets.Prepare(target, images);
    }

    /// <summary>Scores a batch of predictions against targets that are already prepared.</summary>
    /// <param name="predicted">Of the target's shape; not changed.</param>
    /// <param name="target">The targets, made by <see cref="Prepare"/> of this loss.</param>
    /// <param name="images">[N,3,H,W], or [N,3,T,H,W] with as many frames as are decoded, in [-1,1] for the third term; null where its weight is 0, or the images were prepared with the target.</param>
    /// <returns>One loss per sample, in order. A sample whose latents or decoded images are not finite scores NaN.</returns>
    /// <exception cref="ArgumentException">Shapes do not fit each other, images are missing, or the target was prepared without the perceptual term.</exception>
    /// <exception cref="InvalidOperationException">The units need a conversion that is not known.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public IReadOnlyList<SampleLoss> Score(TensorBuffer predicted, PreparedTarget target, TensorBuffer? images = null)
    {
        ArgumentNullException.ThrowIfNull(predicted);
        ArgumentNullException.ThrowIfNull(target);
        LossInputs.RequireSameShape(predicted.Shape, target.Shape);
        images = Options.Weights.Input > 0 ? images : null;
        if (images is not null || !target.HasImages)
        {
            _inputs.RequireImages(predicted.Shape, images);
        }

        if (Options.Weights.Perceptual > 0 && target is { Features: null, Video: null })
        {
            throw new ArgumentException("the target was prepared by a loss without the perceptual term; prepare it with this one.", nameof(target));
        }

        return _pairs.Score(predicted, target, images);
    }

    /// <summary>Disposes the decoder and, where this loss was not made by <see cref="WithDecoder"/>, the LPIPS network.</summary>
    public void Dispose()
    {
        Decoder.Dispose();
        _finiteOnDevice?.Dispose();
        if (_ownsLpips)
        {
            Lpips.Dispose();
        }
    }
}
