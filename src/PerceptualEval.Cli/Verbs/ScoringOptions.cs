using System.CommandLine;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>The options of the verbs that compute the composite loss, and what the engine makes of them.</summary>
internal static class ScoringOptions
{
    public static Option<string?> Target { get; } = new("--target") { HelpName = "T", Description = "Target latents: a tensor file or a folder of them." };

    public static Option<string?> Images { get; } = new("--images")
    {
        HelpName = "I",
        Description = "Images (for clips: videos) for the third term: image or tensor ([-1,1]) files.",
    };

    public static Option<double> LatentWeight { get; } = NumberOption.Weight("--latent-weight", "Weight of the latents' mean squared error.", 1);

    public static Option<double> PerceptualWeight { get; } = NumberOption.Weight(
        "--perceptual-weight", "Weight of LPIPS(decode(target), decode(pred)).", 1);

    public static Option<double> InputWeight { get; } = NumberOption.Weight("--input-weight", "Weight of LPIPS(image, decode(pred)).", 0);

    public static Option<string> Resize { get; } = new("--resize")
    {
        HelpName = "none|image|decoded",
        Description = "What is resized where image and decoded image differ in size.",
        DefaultValueFactory = _ => "none",
    };

    public static Option<bool> Clamp { get; } = new("--clamp") { Description = "Clamp decoded images to [-1,1] before they are compared." };

    /// <summary>How the loss is computed, as the options say; units are not among it.</summary>
    /// <exception cref="UsageException">An option has no such value.</exception>
    public static LossOptions LossOptions(ParseResult parsed) => new()
    {
        Weights = new LossWeights(parsed.GetValue(LatentWeight), parsed.GetValue(PerceptualWeight), parsed.GetValue(InputWeight)),
        Resize = parsed.GetValue(Resize) switch
        {
            "none" => ResizeMode.None,
            "image" => ResizeMode.Image,
            "decoded" => ResizeMode.Decoded,
            var other => throw new UsageException($"--resize {other}: expected none, image or decoded."),
        },
        Clamp = parsed.GetValue(Clamp),
        Tiling = CommonOptions.Tiling(parsed),
        Cache = CacheOptions.Of(parsed),
    };

    /// <summary>Loads the loss for a dataset: what is in other units than the run is scored in is converted. Says which models are approximations.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="decoder">The decoder.</param>
    /// <param name="options">How the loss is computed, but for the units.</param>
    /// <param name="dataset">The dataset.</param>
    /// <param name="store">Where to look names up.</param>
    /// <returns>The loss, owned by the caller.</returns>
    public static LatentPerceptualLoss Load(ParseResult parsed, Model decoder, LossOptions options, Dataset dataset, ModelStore store)
    {
        var lpips = DefaultModels.Find(store, parsed.GetValue(CommonOptions.Lpips), ModelKind.Lpips);
        var loss = LatentPerceptualLoss.Load(
            decoder.Folder, lpips.Folder, options with { Units = RunUnits.Of(decoder, dataset) }, ExecutionChoice.Of(parsed), store);
        DefaultModels.TellOfApproximations(decoder, lpips);
        return loss;
    }

    /// <summary>Images must be there where they have a weight; where they have none, says that they are not used.</summary>
    /// <exception cref="UsageException">They aren't there.</exception>
    public static void RequireImagesIfWeighted(Dataset dataset, LossWeights weights)
    {
        if (weights.Input > 0 && !dataset.HasImages)
        {
            throw new UsageException(FormattableString.Invariant($"--input-weight {weights.Input} needs images to compare with. Give --images, or an image column in --pairs."));
        }

        if (weights.Input == 0 && dataset.HasImages)
        {
            Console.Error.WriteLine("perceptual-eval: the images are not used: --input-weight is 0.");
        }
    }
}
