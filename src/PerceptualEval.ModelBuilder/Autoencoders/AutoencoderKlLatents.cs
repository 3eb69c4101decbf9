using System.Globalization;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Autoencoders;

/// <summary>The latent space of an AutoencoderKL: its graphs work on raw latents; config, batch norm or family say how model units come from them.</summary>
internal static class AutoencoderKlLatents
{
    // AutoencoderKL and AutoencoderKLFlux2 of diffusers, where their configs say nothing.
    private const double DefaultScaling = 0.18215;
    private const double DefaultBatchNormEpsilon = 1e-4;

    // pipeline_flux2.py folds 2×2 latent cells into channels.
    private const int Flux2Patch = 2;

    /// <summary>Describes the latents.</summary>
    /// <param name="weights">The side's weights.</param>
    /// <param name="layout">Their layout.</param>
    /// <param name="family">The family that the checkpoint is known to be of; null where that is unknown.</param>
    /// <exception cref="ModelException">The config's values don't fit the latents.</exception>
    public static LatentSpace Describe(Checkpoint weights, AutoencoderKlLayout layout, LatentFamily? family)
    {
        var space = new LatentSpace { Channels = layout.LatentChannels, SpatialFactor = layout.SpatialFactor, Units = LatentUnits.Raw };
        if (layout.HasBatchNorm)
        {
            return BatchNormed(weights, layout, space);
        }

        if (family is not null)
        {
            return family.Scale(space);
        }

        return layout.Config is null
            ? space with { Evidence = "the file says nothing of the scaling of its latents, and there was no config: raw latents only. For model units, build with --config or --family." }
            : OfConfig(layout, space);
    }

    private static LatentSpace OfConfig(AutoencoderKlLayout layout, LatentSpace space)
    {
        var config = layout.Config!;
        var mean = config.Numbers("latents_mean");
        var std = config.Numbers("latents_std");
        if ((mean?.Count ?? space.Channels) != space.Channels || (std?.Count ?? space.Channels) != space.Channels || (mean is null) != (std is null) || std?.Any(value => value <= 0) == true)
        {
            throw new ModelException(
                $"'{config.Path}': latents_mean has {mean?.Count ?? 0} and latents_std {std?.Count ?? 0} values; expected {space.Channels} numbers in both, those of latents_std above 0, or neither.");
        }

        var scaling = config.Number("scaling_factor") ?? DefaultScaling;
        return space with
        {
            Scaling = scaling > 0 ? scaling : throw new ModelException($"'{config.Path}': scaling_factor is {scaling.ToString(CultureInfo.InvariantCulture)}; expected a number above 0."),
            Shift = mean is null ? config.Number("shift_factor") : null,
            Mean = mean,
            Std = std,
            Evidence = $"{config.ClassName} config.json.",
        };
    }

    private static LatentSpace BatchNormed(Checkpoint weights, AutoencoderKlLayout layout, LatentSpace space)
    {
        var patched = space with { PatchSize = Flux2Patch };
        var channels = patched.PatchedChannels;
        var epsilon = layout.Config?.Number("batch_norm_eps") ?? DefaultBatchNormEpsilon;
        return patched with
        {
            Mean = [.. weights.Values("bn.running_mean", channels).Select(mean => (double)mean)],
            Std = [.. weights.Values("bn.running_var", channels).Select(variance => Math.Sqrt(variance + epsilon))],
            Evidence = "FLUX.2: the batch norm in the VAE's weights, over latents whose 2x2 cells are folded into channels (huggingface/diffusers pipeline_flux2.py).",
        };
    }
}
