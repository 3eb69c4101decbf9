using System.Collections.Frozen;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>What sd-scripts caches for each model family; both of its containers hold the same.</summary>
internal static class KohyaArchitecture
{
    private static readonly FrozenDictionary<string, UnitStatement> Known = new Dictionary<string, UnitStatement>
    {
        // strategy_base.py stores what the VAE encoder returns; the train scripts scale it when they read it.
        ["sd"] = Raw("sd", LatentFamily.Sd),
        ["sdxl"] = Raw("sdxl", LatentFamily.Sdxl),
        ["sd3"] = Raw("sd3", LatentFamily.Sd3),
        ["hi"] = Raw("hi", LatentFamily.HunyuanImage),

        // Their encoders scale or normalise before they return.
        ["flux"] = Model("flux", LatentFamily.Flux),
        ["lumina"] = Model("lumina", LatentFamily.Flux),
        ["anima"] = Model("anima", LatentFamily.Wan),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The units of a file's latents by its name; null where its architecture is none of kohya's.</summary>
    public static UnitStatement? Units(BucketName? name) => name is null ? null : Known.GetValueOrDefault(name.Architecture);

    private static UnitStatement Raw(string architecture, LatentSpace family) =>
        UnitStatement.Raw($"sd-scripts scales '{architecture}' latents when it trains, not when it caches", family);

    private static UnitStatement Model(string architecture, LatentSpace family) =>
        UnitStatement.Model($"sd-scripts' encoder for '{architecture}' returns scaled latents", family);
}
