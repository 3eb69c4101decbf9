namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>kohya's sd-scripts: <c>image_0512x0512_sdxl.npz</c>, and <c>image.npz</c> of earlier versions.</summary>
/// <remarks>Written by <c>library/strategy_base.py:save_latents_to_disk</c>; one file may hold several sizes of an image.</remarks>
internal sealed class KohyaNpzFormat() : KohyaFormat("npz")
{
    public override string Name => "kohya";

    public override string Writer => "kohya sd-scripts, .npz";

    protected override UnitStatement? Units(LatentFile file, BucketName? name, IReadOnlyList<KohyaKey> keys)
    {
        if (KohyaArchitecture.Units(name) is { } units)
        {
            return units;
        }

        // A lone 'latents' is anybody's; the size and crop beside it are kohya's.
        var contents = keys.Select(key => key.Content).ToArray();
        if (!IsForced(file) && !(contents.Contains("original_size") && contents.Contains("crop_ltrb")))
        {
            return null;
        }

        // Sizes in keys came with SD 3 and FLUX, when the model already stood in the name.
        return name is null && keys.All(key => key.Size.Length == 0)
            ? UnitStatement.Raw("sd-scripts' older caches, image.npz, hold SD and SDXL latents, which it scales when it trains")
            : Unknown(name);
    }
}
