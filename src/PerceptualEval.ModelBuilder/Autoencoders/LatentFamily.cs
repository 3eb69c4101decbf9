using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Autoencoders;

/// <summary>A family of diffusion models and how it scales the raw latents of its VAE: model = (raw − shift)·scaling, or (raw − mean) / std · scaling.</summary>
/// <param name="Name">What users call it.</param>
/// <param name="Channels">Latent channels.</param>
/// <param name="Scaling">scaling.</param>
/// <param name="Shift">shift; null for 0.</param>
/// <param name="Source">Where the numbers are stated.</param>
internal sealed record LatentFamily(string Name, int Channels, double Scaling, double? Shift, string Source)
{
    /// <summary>The families with fixed numbers. (FLUX.2 has its in the VAE's weights.)</summary>
    public static IReadOnlyList<LatentFamily> All { get; } =
    [
        new("sd", 4, 0.18215, null, "Stability-AI/generative-models configs/inference/sd_2_1.yaml"),
        new("sdxl", 4, 0.13025, null, "Stability-AI/generative-models configs/inference/sd_xl_base.yaml"),
        new("playground25", 4, 0.5, null, "huggingface/diffusers single_file_utils.py; comfyanonymous/ComfyUI latent_formats.py")
        {
            Mean = [-1.6574, 1.886, -1.383, 2.5155],
            Std = [8.4927, 5.9022, 6.5498, 5.2299],
        },
        new("sd3", 16, 1.5305, 0.0609, "huggingface/diffusers scripts/convert_sd3_to_diffusers.py"),
        new("flux1", 16, 0.3611, 0.1159, "huggingface/diffusers scripts/convert_flux_to_diffusers.py"),
        new("sana", 32, 0.41407, null, "huggingface/diffusers scripts/convert_dcae_to_diffusers.py"),
    ];

    // Names that other parts of a full checkpoint have.
    private static readonly (string Part, string Family)[] Parts =
    [
        ("edm_mean", "playground25"), ("conditioner.embedders.", "sdxl"), ("cond_stage_model.", "sd"), ("joint_blocks.", "sd3"), ("double_blocks.", "flux1"),
    ];

    /// <summary>Per-channel mean of raw latents; null where there is none.</summary>
    public IReadOnlyList<double>? Mean { get; init; }

    /// <summary>Per-channel standard deviation of raw latents; null where there is none.</summary>
    public IReadOnlyList<double>? Std { get; init; }

    /// <summary>Finds a family by its name.</summary>
    /// <param name="name">One of <see cref="BuildOptions.Families"/>.</param>
    /// <param name="channels">The latent channels that the weights have.</param>
    /// <exception cref="ModelException">There is none of that name, or it has other channels.</exception>
    public static LatentFamily Find(string name, int channels)
    {
        var family = All.FirstOrDefault(family => family.Name == name)
            ?? throw new ModelException($"family '{name}': expected one of {string.Join(", ", All.Select(family => family.Name))}.");
        return family.Channels == channels
            ? family
            : throw new ModelException(
                $"family '{name}' has {family.Channels} latent channels; the weights have {channels}. "
                + $"Families of {channels} channels: {string.Join(", ", All.Where(family => family.Channels == channels).Select(family => family.Name).DefaultIfEmpty("none"))}.");
    }

    /// <summary>The family of a full checkpoint, told by what else it holds; null where that says nothing.</summary>
    /// <param name="names">The names of all its tensors.</param>
    /// <param name="channels">The latent channels that the weights have.</param>
    public static LatentFamily? OfCheckpoint(IReadOnlyCollection<string> names, int channels) =>
        Parts.Where(part => names.Any(name => name.Contains(part.Part, StringComparison.Ordinal)))
            .Select(part => All.First(family => family.Name == part.Family))
            .FirstOrDefault(family => family.Channels == channels);

    /// <summary>A latent space with this family's numbers.</summary>
    /// <param name="space">The latent space.</param>
    /// <param name="evidence">What else is known of its units: goes before the family's source.</param>
    public LatentSpace Scale(LatentSpace space, string evidence = "") => space with
    {
        Scaling = Scaling,
        Shift = Shift,
        Mean = Mean,
        Std = Std,
        Evidence = $"{evidence}Scaling of {Name}: {Source}.",
    };
}
