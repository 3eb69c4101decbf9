using System.Globalization;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Latents in words.</summary>
internal static class LatentText
{
    /// <summary>For example <c>16 channels, 1/8 of the image's size, 1/4 of the frames, raw units</c>.</summary>
    public static string Of(LatentSpace latent)
    {
        var frames = latent.TemporalFactor > 1 ? string.Create(CultureInfo.InvariantCulture, $"1/{latent.TemporalFactor} of the frames, ") : string.Empty;
        return string.Create(CultureInfo.InvariantCulture,
            $"{latent.Channels} channels, 1/{latent.SpatialFactor} of the image's size, {frames}{latent.Units.ToString().ToLowerInvariant()} units");
    }
}
