using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference;

/// <summary>A frozen VAE decoder: latents → images, or clips of latents → videos. Loaded once, shared; safe for concurrent use.</summary>
public sealed class LatentDecoder : IDisposable
{
    private readonly NetworkGraph _graph;

    /// <summary>Loads a decoder.</summary>
    /// <param name="model">A model of kind <see cref="ModelKind.Decoder"/>.</param>
    /// <param name="options">Where to run it; null for the default.</param>
    /// <exception cref="ModelException">The model is not a decoder, or its files are not what the manifest says.</exception>
    /// <exception cref="DeviceException">The device asked for can't be used.</exception>
    /// <exception cref="InferenceException">The runtime does not take the graph.</exception>
    public LatentDecoder(Model model, ExecutionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        LatentSpace = model.Manifest.Latent
            ?? throw new ModelException($"model '{model.Name}' ({model.Folder}): its manifest has no latent space. Rebuild the model.");
        Precision = options?.Precision ?? ComputePrecision.Float32;
        options ??= ExecutionOptions.Default;
        if (model.Manifest.FrameBatching is not { } batching)
        {
            _graph = new NetworkGraph(model, "decoder", options, CheckGraph, (session, latents, images) => session.Run("latent", latents, "image", images));
            return;
        }

        IsVideo = true;
        _graph = new NetworkGraph(model, "decoder", options,
            graph => FrameBatchRunner.CheckGraph(graph, LatentSpace, batching),
            (session, latents, videos) => new FrameBatchRunner(session, LatentSpace, batching).Decode(latents, videos));
    }

    /// <summary>The model that was loaded.</summary>
    public Model Model { get; }

    /// <summary>The latents that the decoder takes.</summary>
    public LatentSpace LatentSpace { get; }

    /// <summary>Where the decoder runs; never auto.</summary>
    public ExecutionDevice Device => _graph.Device;

    /// <summary>How precisely it computes.</summary>
    public ComputePrecision Precision { get; }

    /// <summary>How many images (or tiles, or videos) overflowed float16 and were decoded again in float32; 0 in other precisions.</summary>
    public long Recomputed => _graph.Recomputed;

    /// <summary>Whether it takes clips, [N,C,t,h,w], and gives videos.</summary>
    public bool IsVideo { get; }

    /// <summary>Whether the graph's images are in [-1,1] as they are.</summary>
    internal bool GivesSigned => ImageRange.IsSigned(Model.Manifest);

    /// <summary>The shape of the images, or videos, that latents decode to.</summary>
    /// <param name="latents">[N,C,h,w], or folded as the latent space says; for a video decoder [N,C,t,h,w].</param>
    /// <returns>[N,3,H,W]; for a video decoder [N,3,T,H,W] with T as <see cref="LatentSpace.VideoFrames"/> says.</returns>
    /// <exception cref="ArgumentException">The shape is another, its channels are not this decoder's, or it is empty.</exception>
    public TensorShape ImageShape(TensorShape latents)
    {
        var unpatched = LatentSpace.Unpatched(latents);
        if (unpatched.Rank != (IsVideo ? 5 : 4) || unpatched[1] != LatentSpace.Channels || unpatched.ElementCount == 0)
        {
            throw new ArgumentException(
                $"latents of shape {latents}; decoder '{Model.Name}' takes [N,{LatentSpace.Channels},{(IsVideo ? "t," : string.Empty)}h,w].", nameof(latents));
        }

        var (height, width) = (unpatched[^2] * LatentSpace.SpatialFactor, unpatched[^1] * LatentSpace.SpatialFactor);
        return IsVideo
            ? new TensorShape(unpatched[0], 3, LatentSpace.VideoFrames(unpatched[2]), height, width)
            : new TensorShape(unpatched[0], 3, height, width);
    }

    /// <summary>Decodes latents.</summary>
    /// <param name="latents">[N,C,h,w] in <paramref name="units"/>, or folded as the latent space says; [N,C,t,h,w] for a video decoder; not changed.</param>
    /// <param name="units">What the latents hold; null for <see cref="LatentSpace.UnitsOf"/>: what the decoder expects.</param>
    /// <param name="tiling">Decodes images larger than a tile in tiles; null (the default) for always as a whole.</param>
    /// <returns>Images [N,3,H,W], or videos [N,3,T,H,W], nominally in [-1,1], not clamped; a buffer that the caller owns.</returns>
    /// <remarks>
    /// Videos are decoded a few frames at a time (<see cref="Models.FrameBatching"/>), as the reference implementation does, whose
    /// normalisation sees one such batch: the working memory does not grow with the clip's length.
    /// </remarks>
    /// <exception cref="ArgumentException">The latents' shape does not fit the decoder.</exception>
    /// <exception cref="InvalidOperationException">The units differ from the decoder's and the conversion is not known.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public TensorBuffer Decode(TensorBuffer latents, LatentUnits? units = null, Tiling? tiling = null)
    {
        ArgumentNullException.ThrowIfNull(latents);
        var images = new TensorBuffer(ImageShape(latents.Shape));
        try
        {
            if (IsInGraphUnits(latents, units))
            {
                Run(latents, images, tiling);
            }
            else
            {
                using var converted = LatentSpace.ToGraph(latents, units);
                Run(converted, images, tiling);
            }

            ImageRange.ToSigned(images.Span, Model.Manifest);
            return images;
        }
        catch
        {
            images.Dispose();
            throw;
        }
    }

    /// <summary>Decodes latents as a whole and leaves the images on the device; for decoders that give images in [-1,1].</summary>
    /// <param name="latents">As for <see cref="Decode"/>; not changed.</param>
    /// <param name="units">As for <see cref="Decode"/>.</param>
    /// <returns>The images, owned by the caller. What overflows float16 is not computed again, as <see cref="Decode"/> does.</returns>
    /// <exception cref="ArgumentException">The latents' shape does not fit the decoder.</exception>
    /// <exception cref="InvalidOperationException">The units differ from the decoder's and the conversion is not known.</exception>
    /// <exception cref="InferenceException">The runtime failed, or the images have another size than the manifest says.</exception>
    internal DeviceImages DecodeOnDevice(TensorBuffer latents, LatentUnits? units)
    {
        var shape = ImageShape(latents.Shape);
        using var converted = IsInGraphUnits(latents, units) ? null : LatentSpace.ToGraph(latents, units);
        return _graph.RunOnDevice("latent", converted ?? latents, "image", shape);
    }

    /// <summary>Frees the native session.</summary>
    public void Dispose() => _graph.Dispose();

    private bool IsInGraphUnits(TensorBuffer latents, LatentUnits? units) =>
        LatentSpace.UnitsOf(latents.Shape, units) == LatentSpace.Units && !LatentSpace.IsPatched(latents.Shape);

    private void Run(TensorBuffer latents, TensorBuffer images, Tiling? tiling)
    {
        if (TiledDecoding.Applies(latents.Shape, tiling))
        {
            TiledDecoding.Decode(latents, images, tiling!, _graph.Run);
        }
        else
        {
            _graph.Run(latents, images);
        }
    }

    private void CheckGraph(GraphSignature graph)
    {
        graph.ExpectInput("latent", -1, LatentSpace.Channels, -1, -1);
        graph.ExpectOutput("image", -1, 3, -1, -1);
    }
}
