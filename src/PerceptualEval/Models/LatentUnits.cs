using System.Text.Json.Serialization;

namespace PerceptualEval.Models;

/// <summary>Which space a latent's numbers are in.</summary>
public enum LatentUnits
{
    /// <summary>What the VAE encoder returns.</summary>
    [JsonStringEnumMemberName("raw")]
    Raw,

    /// <summary>What a diffusion model trains on: (raw − shift)·scaling, or normalised per channel.</summary>
    [JsonStringEnumMemberName("model")]
    Model,
}
