using PerceptualEval.Models;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>
/// The latent spaces of model families that caches are named after: what turns raw latents into those that the models train on.
/// Needed where a decoder does not know it itself, as TAESD's checkpoints do not.
/// </summary>
/// <remarks>Values: the scaling_factor, shift_factor, latents_mean and latents_std of the families' published VAE configurations.</remarks>
internal static class LatentFamily
{
    /// <summary>SD 1 and 2.</summary>
    public static LatentSpace Sd { get; } = Of(4, 0.18215);

    /// <summary>SDXL.</summary>
    public static LatentSpace Sdxl { get; } = Of(4, 0.13025);

    /// <summary>SD 3 and 3.5.</summary>
    public static LatentSpace Sd3 { get; } = Of(16, 1.5305, 0.0609);

    /// <summary>FLUX.1, and the models that use its VAE: Chroma, Lumina 2, HiDream, Z-Image.</summary>
    public static LatentSpace Flux { get; } = Of(16, 0.3611, 0.1159);

    /// <summary>HunyuanImage 2.1.</summary>
    public static LatentSpace HunyuanImage { get; } = Of(64, 0.75289);

    /// <summary>HunyuanVideo.</summary>
    public static LatentSpace HunyuanVideo { get; } = Of(16, 0.476986);

    /// <summary>HunyuanVideo 1.5.</summary>
    public static LatentSpace HunyuanVideo15 { get; } = Of(32, 1.03682);

    /// <summary>Wan 2.1, Qwen-Image and Anima.</summary>
    public static LatentSpace Wan { get; } = Of(16, 1) with
    {
        Mean = [-0.7571, -0.7089, -0.9113, 0.1075, -0.1745, 0.9653, -0.1517, 1.5508, 0.4134, -0.0715, 0.5517, -0.3632, -0.1922, -0.9497, 0.2503, -0.2921],
        Std = [2.8184, 1.4541, 2.3275, 2.6558, 1.2196, 1.7708, 2.6052, 2.0743, 3.2687, 2.1526, 2.8652, 1.5579, 1.6382, 1.1253, 2.8251, 1.9160],
    };

    private static LatentSpace Of(int channels, double scaling, double? shift = null) =>
        new() { Channels = channels, SpatialFactor = 8, Units = LatentUnits.Model, Scaling = scaling, Shift = shift };
}
