using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference;

/// <summary>A frozen VAE encoder: images → latents (the posterior mean). Loaded once, shared; safe for concurrent use.</summary>
public sealed class ImageEncoder : IDisposable
{
    private readonly NetworkGraph _graph;

    /// <summary>Loads an encoder.</summary>
    /// <param name="model">A model of kind <see cref="ModelKind.Encoder"/>.</param>
    /// <param name="options">Where to run it; null for the default.</param>
    /// <exception cref="ModelException">The model is not an encoder, or its files are not what the manifest says.</exception>
    /// <exception cref="DeviceException">The device asked for can't be used.</exception>
    /// <exception cref="InferenceException">The runtime does not take the graph.</exception>
    public ImageEncoder(Model model, ExecutionOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        LatentSpace = model.Manifest.Latent
            ?? throw new ModelException($"model '{model.Name}' ({model.Folder}): its manifest has no latent space. Rebuild the model.");
        _graph = new NetworkGraph(model, "encoder", options ?? ExecutionOptions.Default, CheckGraph, (session, images, latents) => session.Run("image", images, "latent", latents));
    }

    /// <summary>The model that was loaded.</summary>
    public Model Model { get; }

    /// <summary>The latents that the encoder returns.</summary>
    public LatentSpace LatentSpace { get; }

    /// <summary>Where the encoder runs; never auto.</summary>
    public ExecutionDevice Device => _graph.Device;

    /// <summary>How many images overflowed float16 and were encoded again in float32; 0 in other precisions.</summary>
    public long Recomputed => _graph.Recomputed;

    /// <summary>Encodes images.</summary>
    /// <param name="imagesNchw">[N,3,H,W] in [-1,1]; H and W are multiples of the latent space's spatial factor.</param>
    /// <returns>Latents [N,C,h,w] in the units of <see cref="LatentSpace"/>; a buffer that the caller owns.</returns>
    /// <exception cref="ArgumentException">The shape is not [N,3,H,W], or a side is not a multiple of the spatial factor.</exception>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public TensorBuffer Encode(TensorBuffer imagesNchw)
    {
        ArgumentNullException.ThrowIfNull(imagesNchw);
        var shape = imagesNchw.Shape;
        var factor = LatentSpace.SpatialFactor;
        if (shape.Rank != 4 || shape[1] != 3 || shape.ElementCount == 0 || shape[2] % factor != 0 || shape[3] % factor != 0)
        {
            throw new ArgumentException(
                $"images of shape {shape}; encoder '{Model.Name}' takes [N,3,H,W] with H and W multiples of {factor}. Crop or resize the images.", nameof(imagesNchw));
        }

        var latents = new TensorBuffer(new TensorShape(shape[0], LatentSpace.Channels, shape[2] / factor, shape[3] / factor));
        try
        {
            Run(imagesNchw, latents);
            return latents;
        }
        catch
        {
            latents.Dispose();
            throw;
        }
    }

    /// <summary>Frees the native session.</summary>
    public void Dispose() => _graph.Dispose();

    private void Run(TensorBuffer imagesNchw, TensorBuffer latents)
    {
        if (ImageRange.IsSigned(Model.Manifest))
        {
            _graph.Run(imagesNchw, latents);
            return;
        }

        using var converted = TensorBuffer.CopyOf(imagesNchw.Shape, imagesNchw.Span);
        ImageRange.FromSigned(converted.Span, Model.Manifest);
        _graph.Run(converted, latents);
    }

    private void CheckGraph(GraphSignature graph)
    {
        graph.ExpectInput("image", -1, 3, -1, -1);
        graph.ExpectOutput("latent", -1, LatentSpace.Channels, -1, -1);
    }
}
