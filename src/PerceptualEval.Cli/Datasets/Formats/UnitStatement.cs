using PerceptualEval.Models;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>What is known of a latent's units before looking at values.</summary>
/// <param name="Units">The units; null where the format leaves them open.</param>
/// <param name="Evidence">How they are known, or why they are not.</param>
/// <param name="MayDefault">Whether open units may be taken to be what the decoder expects; otherwise the user has to say.</param>
internal sealed record UnitStatement(LatentUnits? Units, string Evidence, bool MayDefault = false)
{
    /// <summary>The latent space that the file is named after, which knows both units; null where it is not named.</summary>
    public LatentSpace? Family { get; init; }

    /// <summary>What the VAE encoder returns.</summary>
    public static UnitStatement Raw(string evidence, LatentSpace? family = null) => new(LatentUnits.Raw, evidence) { Family = family };

    /// <summary>What a diffusion model trains on.</summary>
    public static UnitStatement Model(string evidence, LatentSpace? family = null) => new(LatentUnits.Model, evidence) { Family = family };

    /// <summary>The user has to say.</summary>
    public static UnitStatement Open(string why) => new(null, why);
}
