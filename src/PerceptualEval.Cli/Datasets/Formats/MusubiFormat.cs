using System.Text.RegularExpressions;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>musubi-tuner: <c>clip_0512x0512_wan.safetensors</c> with keys like <c>latents_21x64x64_bfloat16</c>.</summary>
/// <remarks>Written by <c>src/musubi_tuner/dataset/cache_io.py</c>. It replaces NaN by 0 before it writes, so zero blocks are suspect.</remarks>
internal sealed partial class MusubiFormat : LatentFormat
{
    public override string Name => "musubi";

    public override string Writer => "musubi-tuner";

    public override SourceId? Source(CacheFileName file) =>
        file.Has(".safetensors") && BucketName.Parse(file.Id) is { } name
            && (MusubiArchitecture.Units(name.Architecture) is not null || name.Architecture == MusubiArchitecture.OfPixels)
            ? name.Source
            : null;

    public override RecognisedFile? Recognise(LatentFile file)
    {
        var keys = file.Tensors.Select(tensor => (Tensor: tensor, Match: Key().Match(tensor.Name))).Where(item => item.Match.Success).ToArray();
        var name = BucketName.Parse(file.Stem);
        if (file.Container != "safetensors" || keys.Length == 0)
        {
            return null;
        }

        if (name?.Architecture == MusubiArchitecture.OfPixels)
        {
            throw file.Refuse("a musubi-tuner cache of 'ho1' holds patches of pixels, no latents. Give latents, or the pictures where images are compared.");
        }

        // The target is 'latents_…'; controls and clean frames, conditions of the same image, have a name after it.
        return Units(file, name) is { } units
            ? Found([.. keys.Select(item => new StoredLatent(item.Tensor, item.Match.Groups[1].Value, ImageOrVideo(item.Tensor), units))]) with { Facts = file.Metadata }
            : null;
    }

    // Null where the file is not musubi-tuner's: sd-scripts names files and keys alike for models of its own.
    private UnitStatement? Units(LatentFile file, BucketName? name)
    {
        if (name is not null && MusubiArchitecture.Units(name.Architecture) is { } known)
        {
            return known;
        }

        if (!IsForced(file) && (name is null || KohyaArchitecture.Units(name) is not null || !file.Metadata.ContainsKey("format_version")))
        {
            return null;
        }

        return UnitStatement.Open(name is null
            ? "musubi-tuner names the model at the end of a file's name, this one does not"
            : $"musubi-tuner's architecture '{name.Architecture}' is not known here");
    }

    // latents_{F}x{H}x{W}_{dtype}; FLUX.2 without F; a name between for all but the target.
    [GeneratedRegex("^latents_(?:([a-z0-9_]*?[a-z][a-z0-9_]*?)_)?(?:[0-9]+x)?[0-9]+x[0-9]+_(?:float|bfloat)[0-9][a-z0-9_]*$", RegexOptions.CultureInvariant)]
    private static partial Regex Key();
}
