namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>kohya's sd-scripts: <c>image_0512x0512_sdxl.npz</c>, and <c>image.npz</c> of earlier versions.</summary>
/// <remarks>Written by <c>library/strategy_base.py:save_latents_to_disk</c>; one file may hold several sizes of an image.</remarks>
internal sealed class KohyaNpzFormat : LatentFormat
{
    public override string Name => "kohya";

    public override string Writer => "kohya sd-scripts, .npz";

    public override SourceId? Source(CacheFileName file) =>
        file.Has(".npz") && BucketName.TryParse(file.Id, out var name) && KohyaArchitecture.Units(name) is not null ? name.Source : null;

    public override RecognisedFile? Recognise(LatentFile file)
    {
        if (file.Container != "npz" || file.Tensors.Count == 0)
        {
            return null;
        }

        var keys = file.Tensors.Select(tensor => (Tensor: tensor, Key: KohyaKey.Parse(tensor.Name))).ToArray();
        if (keys.Any(item => item.Key is null) || Units(file, keys.Select(item => item.Key!)) is not { } units)
        {
            return null;
        }

        var latents = keys.Where(item => item.Key!.IsLatents).ToArray();
        var severalSizes = latents.Select(item => item.Key!.Size).Distinct().Count() > 1;
        return Found([.. latents.Select(item => new StoredLatent(item.Tensor, item.Key!.Variant(severalSizes), ImageOrVideo(item.Tensor), units))]) with
        {
            FactTensors = keys.Where(item => item.Key!.Content is "original_size" or "crop_ltrb").ToDictionary(item => item.Tensor.Name, item => item.Tensor),
        };
    }

    private static UnitStatement? Units(LatentFile file, IEnumerable<KohyaKey> keys)
    {
        var contents = keys.Select(key => key.Content).ToHashSet(StringComparer.Ordinal);
        if (!contents.Contains("latents"))
        {
            return null;
        }

        if (BucketName.TryParse(file.Stem, out var name) && KohyaArchitecture.Units(name) is { } units)
        {
            return units;
        }

        // A lone 'latents' is anybody's; the size and crop beside it are kohya's.
        if (!contents.Contains("original_size") || !contents.Contains("crop_ltrb"))
        {
            return null;
        }

        return name is null
            ? UnitStatement.Raw("sd-scripts' older caches, image.npz, hold SD and SDXL latents, which it scales when it trains")
            : UnitStatement.Open($"sd-scripts' architecture '{name.Architecture}' is not known here");
    }
}
