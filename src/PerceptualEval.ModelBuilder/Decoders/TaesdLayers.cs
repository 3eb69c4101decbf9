using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;

namespace PerceptualEval.ModelBuilder.Decoders;

/// <summary>What decoder and encoder of the TAESD family share (madebyollin/taesd, <c>taesd.py</c>); parameters in the original naming.</summary>
internal static class TaesdLayers
{
    /// <summary>Channels inside the networks.</summary>
    public const int Width = 64;

    /// <summary>Image pixels per latent cell along each side: three halvings.</summary>
    public const int SpatialFactor = 8;

    // Block.pool: GroupNorm(4, 4·n) with torch's default epsilon.
    private const int PoolGroups = 4;
    private const float PoolEpsilon = 1e-5f;

    /// <summary>A 3×3 convolution; with a bias where the checkpoint should have one.</summary>
    public static Value Conv(GraphBuilder graph, Checkpoint weights, string name, Value x, int from, int to, int stride = 1, bool bias = true) =>
        graph.Conv(x, weights.Weights(graph, $"{name}.weight", to, from, 3, 3), bias ? weights.Weights(graph, $"{name}.bias", to) : null, kernel: 3, stride, padding: 1);

    /// <summary>Three convolutions with a skip; the FLUX.2 variant first adds a branch that is normalised over the whole picture.</summary>
    public static Value Block(GraphBuilder graph, Checkpoint weights, string name, Value x, bool pooled)
    {
        using var scope = graph.Scope($"block{name}");
        x = pooled ? graph.Add(x, Pool(graph, weights, name, x)) : x;
        var y = graph.Relu(Conv(graph, weights, $"{name}.conv.0", x, Width, Width));
        y = graph.Relu(Conv(graph, weights, $"{name}.conv.2", y, Width, Width));
        y = Conv(graph, weights, $"{name}.conv.4", y, Width, Width);
        return graph.Relu(graph.Add(y, x));
    }

    /// <summary>Whether a block of the checkpoint has the pooled branch of the FLUX.2 variant.</summary>
    public static bool HasPool(Checkpoint weights, int block) => weights.ShapeOf($"{block}.pool.0.weight") is not null;

    /// <summary>The latents of a TAESD network.</summary>
    /// <param name="channels">Latent channels.</param>
    /// <param name="pooled">Whether it is the FLUX.2 variant.</param>
    public static LatentSpace LatentSpace(int channels, bool pooled) => new()
    {
        Channels = channels,
        SpatialFactor = SpatialFactor,
        Units = LatentUnits.Model,
        Evidence = pooled
            ? "TAEF2 takes what the FLUX.2 transformer trains on: latents normalised by the VAE's batch norm, unpatchified from 128 to 32 channels. "
                + "Its author's diffusers wrapper (madebyollin/taesd#35) gives the pipeline an identity batch norm around it; "
                + "IonDen/mlx-taef#41 measured both spaces against the full VAE (LPIPS 0.022 normalised, 0.150 with the batch norm undone). "
                + "The batch-norm statistics are in the FLUX.2 VAE, not in this file, so raw latents can't be converted."
            : "madebyollin/taesd README: TAESD's scale_factor for latents is 1, it takes the scaled latents that the diffusion model works on. "
                + "Which VAE it stands in for (and so the scaling of raw latents) can't be told from its tensors.",
    };

    private static Value Pool(GraphBuilder graph, Checkpoint weights, string name, Value x)
    {
        const int Inner = 4 * Width;
        var y = graph.Conv(x, weights.Weights(graph, $"{name}.pool.0.weight", Inner, Width, 1, 1), null, kernel: 1);
        y = graph.GroupNorm(y, weights.Weights(graph, $"{name}.pool.1.weight", Inner), weights.Weights(graph, $"{name}.pool.1.bias", Inner), Inner, PoolGroups, PoolEpsilon);
        return graph.Conv(graph.Relu(y), weights.Weights(graph, $"{name}.pool.3.weight", Width, Inner, 1, 1), null, kernel: 1);
    }
}
