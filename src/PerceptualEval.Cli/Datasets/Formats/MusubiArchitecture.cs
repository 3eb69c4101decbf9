using System.Collections.Frozen;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>What musubi-tuner caches for each model family.</summary>
internal static class MusubiArchitecture
{
    /// <summary>Short name of the model that trains on pixels.</summary>
    public const string OfPixels = "ho1";

    private static readonly FrozenDictionary<string, UnitStatement> Known = new Dictionary<string, UnitStatement>
    {
        ["hv"] = Raw("hv", LatentFamily.HunyuanVideo),
        ["hv15"] = Raw("hv15", LatentFamily.HunyuanVideo15),
        ["zi"] = Raw("zi", LatentFamily.Flux),
        ["wan"] = Normalised("wan"),
        ["qi"] = Normalised("qi"),
        ["qie"] = Normalised("qie"),
        ["qil"] = Normalised("qil"),
        ["kr2"] = Normalised("kr2"),
        ["fp"] = Scaled("fp", LatentFamily.HunyuanVideo),
        ["fk"] = Scaled("fk", LatentFamily.Flux),
        ["k5"] = Scaled("k5", null),
        ["f2d"] = Patchified(),
        ["f2k4b"] = Patchified(),
        ["f2k9b"] = Patchified(),
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The units of an architecture's latents; null where it is none of musubi-tuner's.</summary>
    public static UnitStatement? Units(string architecture) => Known.GetValueOrDefault(architecture);

    private static UnitStatement Raw(string architecture, LatentSpace family) =>
        UnitStatement.Raw($"musubi-tuner scales '{architecture}' latents when it trains, not when it caches", family);

    private static UnitStatement Normalised(string architecture) =>
        UnitStatement.Model($"musubi-tuner normalises '{architecture}' latents by mean and std when it caches", LatentFamily.Wan);

    private static UnitStatement Patchified() => UnitStatement.Model("musubi-tuner stores FLUX.2 latents patchified and batch-normalised");

    private static UnitStatement Scaled(string architecture, LatentSpace? family) =>
        UnitStatement.Model($"musubi-tuner's encoder for '{architecture}' returns scaled latents", family);
}
