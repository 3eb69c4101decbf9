using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval;

/// <summary>How the loss is computed; the defaults are those of the reference class.</summary>
public sealed record LossOptions
{
    /// <summary>The weights of the three terms. Default 1, 1, 0.</summary>
    public LossWeights Weights { get; init; } = new();

    /// <summary>What happens where image and decoded image differ in size. Default <see cref="ResizeMode.None"/>.</summary>
    public ResizeMode Resize { get; init; } = ResizeMode.None;

    /// <summary>Whether decoded images are clamped to [-1,1] before they are compared. Default false.</summary>
    public bool Clamp { get; init; }

    /// <summary>The units of the latents given; null (the default) for what the decoder expects. The latent term is computed on the values as given.</summary>
    public LatentUnits? Units { get; init; }

    /// <summary>Decodes large latents in tiles, which changes the images (see <see cref="Inference.Tiling"/>). Default null: always as a whole.</summary>
    public Tiling? Tiling { get; init; }

    /// <summary>Keeps what is computed of targets for later runs, which changes no loss. Default null: nothing is kept.</summary>
    public TargetCache? Cache { get; init; }
}
