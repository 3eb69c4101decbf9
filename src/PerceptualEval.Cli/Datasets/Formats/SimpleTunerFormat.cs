using System.Text.RegularExpressions;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>SimpleTuner: <c>{sha256 of the image's name}.pt</c>, a tensor alone or a dict, perhaps gzipped.</summary>
/// <remarks>
/// Written by <c>helpers/caching/vae.py</c>. Where the hash is switched off the name is the image's own, and the file any torch
/// file: <c>--format simpletuner</c> says what it is.
/// </remarks>
internal sealed partial class SimpleTunerFormat : LatentFormat
{
    public override string Name => "simpletuner";

    public override string Writer => "SimpleTuner";

    public override RecognisedFile? Recognise(LatentFile file)
    {
        var isDict = file.IsTorchDict("latents") && file.Number("num_frames") is not null && file.Number("height") is not null;
        var tensor = isDict ? file.Find("latents") : file.Container == "torch" ? file.Bare : null;
        if (tensor is not { Shape.Rank: 3 or 4 } || !(Hash().IsMatch(file.Stem) || IsForced(file)))
        {
            return null;
        }

        // 16-channel video is Wan's among others, where a VAE without mean and std makes SimpleTuner fall back to raw with a warning.
        var units = tensor.Shape.Rank == 3 || tensor.Shape[0] != 16
            ? UnitStatement.Model("SimpleTuner scales latents when it caches")
            : UnitStatement.Open("SimpleTuner normalises 16-channel video latents, or leaves them raw where its Wan VAE lacks mean and std");
        return Found(new StoredLatent(tensor, "", ImageOrVideo(tensor), units)) with { Facts = file.Metadata };
    }

    [GeneratedRegex("^[0-9a-f]{64}$", RegexOptions.CultureInvariant)]
    private static partial Regex Hash();
}
