using System.Globalization;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;

namespace PerceptualEval.ModelBuilder.Autoencoders;

/// <summary>What decoder and encoder of the TAESD family share (madebyollin/taesd, <c>taesd.py</c>); parameters in the original naming.</summary>
internal sealed class TaesdLayers(GraphBuilder graph, Checkpoint weights)
{
    /// <summary>Blocks of a level, except of the one at the image, which has one.</summary>
    public const int BlocksPerLevel = 3;

    // Block.pool: GroupNorm(4, 4·n) with torch's default epsilon.
    private const int PoolGroups = 4;
    private const float PoolEpsilon = 1e-5f;

    // Folding of FLUX.2's latents: see AutoencoderKlLatents.
    private const int Flux2Patch = 2;

    /// <summary>The index of the last layer.</summary>
    public int Last { get; } = weights.Names
        .Select(name => int.TryParse(name.Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? index : 0).DefaultIfEmpty(0).Max();

    /// <summary>Whether a layer is a block.</summary>
    public bool IsBlock(int index) => weights.Names.Any(name => name.StartsWith($"{index}.conv.", StringComparison.Ordinal));

    /// <summary>Whether a layer is a convolution.</summary>
    public bool IsConv(int index) => weights.ShapeOf($"{index}.weight") is not null;

    /// <summary>The output channels of a convolution; 0 where there is none.</summary>
    public int OutputChannels(int index) => Dimension(index, 0);

    /// <summary>The input channels of a convolution; 0 where there is none.</summary>
    public int InputChannels(int index) => Dimension(index, 1);

    /// <summary>Whether a block has the pooled branch of the FLUX.2 variant.</summary>
    public bool IsPooled(int index) => weights.ShapeOf($"{index}.pool.0.weight") is not null;

    /// <summary>A 3×3 convolution; with a bias where the checkpoint should have one.</summary>
    public Value Conv(string name, Value x, int from, int to, int stride = 1, bool bias = true) =>
        graph.Conv(x, weights.Weights(graph, $"{name}.weight", to, from, 3, 3), bias ? weights.Weights(graph, $"{name}.bias", to) : null, kernel: 3, stride, padding: 1);

    /// <summary>Three convolutions with a skip; the FLUX.2 variant first adds a branch that is normalised over the whole picture.</summary>
    public Value Block(int index, Value x, int width)
    {
        using var scope = graph.Scope($"block{index}");
        x = IsPooled(index) ? graph.Add(x, Pool(index, x, width)) : x;
        var y = graph.Relu(Conv($"{index}.conv.0", x, width, width));
        y = graph.Relu(Conv($"{index}.conv.2", y, width, width));
        y = Conv($"{index}.conv.4", y, width, width);
        return graph.Relu(graph.Add(y, x));
    }

    /// <summary>The latents of a TAESD network.</summary>
    /// <param name="channels">Latent channels.</param>
    /// <param name="spatialFactor">Image pixels per latent cell along each side.</param>
    /// <param name="pooled">Whether it is the FLUX.2 variant.</param>
    /// <param name="familyName">The family whose VAE the network stands in for; null where that is unknown.</param>
    /// <exception cref="ModelException">There is no such family, it has other channels, or the config scales latents once more.</exception>
    public LatentSpace LatentSpace(int channels, int spatialFactor, bool pooled, string? familyName)
    {
        RequireUnscaled();
        var space = new LatentSpace { Channels = channels, SpatialFactor = spatialFactor, Units = LatentUnits.Model };
        if (pooled)
        {
            return space with
            {
                PatchSize = Flux2Patch,
                Evidence = "TAEF2 takes what the FLUX.2 transformer trains on: latents normalised by the VAE's batch norm, unpatchified from 128 to 32 channels. "
                    + "Its author's diffusers wrapper (madebyollin/taesd#35) gives the pipeline an identity batch norm around it; "
                    + "IonDen/mlx-taef#41 measured both spaces against the full VAE (LPIPS 0.022 normalised, 0.150 with the batch norm undone). "
                    + "The batch-norm statistics are in the FLUX.2 VAE, not in this file, so raw latents can't be converted.",
            };
        }

        const string Units = "madebyollin/taesd README: TAESD's scale_factor for latents is 1, it takes the scaled latents that the diffusion model works on. ";
        return familyName is null
            ? space with { Evidence = Units + "Which VAE it stands in for (and so the scaling of raw latents) can't be told from its tensors; --family says it." }
            : LatentFamily.Find(familyName, channels).Scale(space, Units);
    }

    private int Dimension(int index, int dimension) => weights.ShapeOf($"{index}.weight") is { Rank: 4 } shape ? (int)Math.Min(shape[dimension], int.MaxValue) : 0;

    private Value Pool(int index, Value x, int width)
    {
        var inner = 4 * width;
        var y = graph.Conv(x, weights.Weights(graph, $"{index}.pool.0.weight", inner, width, 1, 1), null, kernel: 1);
        y = graph.GroupNorm(y, weights.Weights(graph, $"{index}.pool.1.weight", inner), weights.Weights(graph, $"{index}.pool.1.bias", inner), inner, PoolGroups, PoolEpsilon);
        return graph.Conv(graph.Relu(y), weights.Weights(graph, $"{index}.pool.3.weight", width, inner, 1, 1), null, kernel: 1);
    }

    // No published AutoencoderTiny has another value; a pipeline would apply it on top of the network's own units.
    private void RequireUnscaled()
    {
        if (weights.Config is { } config && (config.Number("scaling_factor") is not (null or 1) || config.Number("shift_factor") is not (null or 0)))
        {
            throw new ModelException($"'{config.Path}': an AutoencoderTiny with a scaling_factor other than 1 or a shift_factor other than 0 is not known. Build from the weights alone if that is a mistake.");
        }
    }
}
