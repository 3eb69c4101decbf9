using System.Text.RegularExpressions;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>diffusion-pipe: one dict of <c>cache/{model}/shard_N.bin</c>, in which <c>metadata.db</c> tells the dicts apart.</summary>
internal sealed partial class DiffusionPipeFormat : LatentFormat
{
    public override string Name => "diffusion-pipe";

    public override string Writer => "diffusion-pipe";

    public override RecognisedFile? Recognise(LatentFile file)
    {
        if (!file.IsTorchDict("latents") || !(Place().IsMatch(file.Path) || file.Has("control_latents") || IsForced(file)))
        {
            return null;
        }

        var units = UnitStatement.Model("diffusion-pipe scales latents when it caches");
        List<StoredLatent> latents = [];
        foreach (var (name, key) in (ReadOnlySpan<(string, string)>)[("latents", ""), ("control_latents", "control")])
        {
            if (file.Find(name) is { Shape.Rank: 3 or 4 } tensor)
            {
                latents.Add(new StoredLatent(tensor, key, ImageOrVideo(tensor), units));
            }
        }

        return latents.Count > 0 ? Found(latents) : null;
    }

    [GeneratedRegex("shard_[0-9]+\\.bin|metadata\\.db", RegexOptions.CultureInvariant)]
    private static partial Regex Place();
}
