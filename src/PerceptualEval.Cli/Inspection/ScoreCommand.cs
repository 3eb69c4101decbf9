using PerceptualEval.Cli.Datasets;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Inspection;

/// <summary>The command that scores predictions against inspected latents.</summary>
internal static class ScoreCommand
{
    /// <summary>The command; what the user has to fill in is in capitals.</summary>
    /// <param name="path">The latents: a file or folder.</param>
    /// <param name="latents">Its first latents.</param>
    /// <param name="models">The installed models.</param>
    public static string For(string path, SampleTensor latents, IReadOnlyList<Model> models)
    {
        var channels = latents.SampleShape[0];
        var decoder = models.FirstOrDefault(model => model.Manifest.Kind == ModelKind.Decoder && model.Manifest.Latent?.Channels == channels)?.Name
            ?? FormattableString.Invariant($"DECODER-OF-{channels}-CHANNELS");
        var lpips = models.FirstOrDefault(model => model.Manifest.Kind == ModelKind.Lpips)?.Name ?? "LPIPS-MODEL";
        var units = latents.Stored!.Units is { Units: null, MayDefault: false } ? " --units raw|model" : "";
        var size = latents is { Stored.Grid: not null, Reading.Size: { } pixels } ? $" --size {pixels}" : "";
        return $"perceptual-eval score --target {Quote(path)} --pred PREDICTIONS --decoder {decoder} --lpips {lpips}{units}{size}";
    }

    private static string Quote(string path) => path.AsSpan().ContainsAny(' ', '\'', '"') ? $"\"{path.Replace("\"", "\\\"", StringComparison.Ordinal)}\"" : path;
}
