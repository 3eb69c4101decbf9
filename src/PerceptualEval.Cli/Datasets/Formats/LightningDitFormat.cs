using System.Text.RegularExpressions;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>LightningDiT: <c>latents_rank00_shard000.safetensors</c> with <c>latents</c>, <c>latents_flip</c> and <c>labels</c> of many images.</summary>
internal sealed partial class LightningDitFormat : LatentFormat
{
    public override string Name => "lightningdit";

    public override string Writer => "LightningDiT";

    // Mean and std of the dataset.
    public override bool Skips(CacheFileName file) => file.Has(".pt") && file.Name is "latents_stats";

    public override RecognisedFile? Recognise(LatentFile file)
    {
        var isShard = Shard().IsMatch(file.Stem) || IsForced(file) || file.Has("latents_flip", "labels");
        if (file.Container != "safetensors" || file.Find("latents") is not { Shape.Rank: 4 } latents || !isShard)
        {
            return null;
        }

        var units = UnitStatement.Raw("LightningDiT stores samples as the VAE returns them and normalises by latents_stats.pt when it trains");
        List<StoredLatent> found = [new(latents, "", LatentLayout.Image, units)];
        if (file.Find("latents_flip") is { } flipped)
        {
            found.Add(new StoredLatent(flipped, StoredLatent.Flipped, LatentLayout.Image, units));
        }

        return Found(found) with { Facts = file.Metadata };
    }

    [GeneratedRegex("^latents_rank[0-9]+_shard[0-9]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Shard();
}
