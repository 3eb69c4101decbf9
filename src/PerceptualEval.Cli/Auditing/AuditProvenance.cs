using System.Text.Json.Serialization;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Auditing;

/// <summary>What an audit depends on.</summary>
/// <param name="Version">The version of this tool.</param>
/// <param name="Latents">The latents, as given.</param>
/// <param name="Images">The images, as given; null where there are none.</param>
/// <param name="Units">The units that the user states; null for none.</param>
internal sealed record AuditProvenance(string Version, string Latents, string? Images, string? Units)
{
    /// <summary>The inference runtime and its version; null where nothing was decoded.</summary>
    public string? Runtime { get; init; }

    /// <summary>Where it ran; null where nothing was decoded.</summary>
    public string? Device { get; init; }

    /// <summary>How precisely it decoded; left out for float32, and where nothing was decoded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Precision { get; init; }

    /// <summary>The decoder; null where there is none.</summary>
    public ModelIdentity? Decoder { get; init; }

    /// <summary>The perceptual network; null where there is none.</summary>
    public ModelIdentity? Lpips { get; init; }
}
