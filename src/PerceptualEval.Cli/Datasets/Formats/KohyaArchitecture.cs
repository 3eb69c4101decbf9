using PerceptualEval.Models;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>What sd-scripts caches for each model family; both of its containers hold the same.</summary>
internal static class KohyaArchitecture
{
    /// <summary>The units by the short name in the file's name; null for a name that is not kohya's.</summary>
    public static UnitStatement? Units(string architecture) => architecture switch
    {
        // strategy_base.py stores what the VAE encoder returns; the train scripts scale it when they read it.
        "sd" => Raw(architecture, LatentFamily.Sd),
        "sdxl" => Raw(architecture, LatentFamily.Sdxl),
        "sd3" => Raw(architecture, LatentFamily.Sd3),
        "hi" => Raw(architecture, LatentFamily.HunyuanImage),

        // Their encoders scale or normalise before they return.
        "flux" or "lumina" => Model(architecture, LatentFamily.Flux),
        "anima" => Model(architecture, LatentFamily.Wan),
        _ => null,
    };

    /// <summary>The units of a file named by <see cref="BucketName"/>; null where its architecture is none of kohya's.</summary>
    public static UnitStatement? Units(BucketName? name) => name is null ? null : Units(name.Architecture);

    private static UnitStatement Raw(string architecture, LatentSpace family) =>
        UnitStatement.Raw($"sd-scripts scales '{architecture}' latents when it trains, not when it caches", family);

    private static UnitStatement Model(string architecture, LatentSpace family) =>
        UnitStatement.Model($"sd-scripts' encoder for '{architecture}' returns scaled latents", family);
}
