using PerceptualEval.ModelBuilder.Autoencoders;

namespace PerceptualEval.ModelBuilder;

/// <summary>What a VAE's checkpoint does not say itself, and how its weights are stored.</summary>
public sealed record BuildOptions
{
    /// <summary>The diffusers config (<c>config.json</c>) of the weights. Default null: the config of the folder that is built, else none.</summary>
    public string? ConfigPath { get; init; }

    /// <summary>
    /// The family whose scaling the latents have, one of <see cref="Families"/>; for files without a config. Default null: as the
    /// checkpoint says, where it does.
    /// </summary>
    public string? Family { get; init; }

    /// <summary>How the graph's weights are stored. Default <see cref="WeightStorage.Float32"/>.</summary>
    public WeightStorage Storage { get; init; } = WeightStorage.Float32;

    /// <summary>The names that <see cref="Family"/> may have.</summary>
    public static IReadOnlyList<string> Families { get; } = [.. LatentFamily.All.Select(family => family.Name)];
}
