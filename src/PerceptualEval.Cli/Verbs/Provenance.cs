using PerceptualEval.Cli.Results;
using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>What results depend on, gathered from what was loaded.</summary>
internal static class Provenance
{
    public static ScoreProvenance Of(LatentPerceptualLoss loss, int batchSize) => new(
        ToolVersion.Text,
        InferenceRuntime.Version,
        $"{loss.Decoder.Device}",
        Identity(loss.Decoder.Model),
        Identity(loss.Lpips.Model),
        loss.Options.Weights,
        (loss.Options.Units ?? loss.Decoder.LatentSpace.Units).ToString().ToLowerInvariant(),
        loss.Options.Resize.ToString().ToLowerInvariant())
    {
        More = new Dictionary<string, object> { ["clamp"] = loss.Options.Clamp, ["batch"] = batchSize },
    };

    public static DistanceProvenance Of(PerceptualNetwork lpips) => new(ToolVersion.Text, InferenceRuntime.Version, $"{lpips.Device}", Identity(lpips.Model));

    private static ModelIdentity Identity(Model model) => new(model.Name, model.Sha256);
}
