using System.Text.RegularExpressions;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>A key of sd-scripts' caches: what it holds, for which latent size, and in the safetensors layout which type it had.</summary>
/// <param name="Content">latents, latents_flipped, original_size, crop_ltrb or alpha_mask.</param>
/// <param name="Size">Height x width of the latent, as in <c>64x48</c>; empty where the key does not say.</param>
internal sealed partial record KohyaKey(string Content, string Size)
{
    /// <summary>Whether it is of latents.</summary>
    public bool IsLatents => Content.StartsWith("latents", StringComparison.Ordinal);

    /// <summary>Whether it is of latents of the mirrored image.</summary>
    public bool IsFlipped => Content == "latents_flipped";

    /// <summary>Takes a key apart; null for any other key.</summary>
    public static KohyaKey? Parse(string key)
    {
        var match = Pattern().Match(key);
        return match.Success ? new KohyaKey(match.Groups[1].Value, match.Groups[2].Value) : null;
    }

    /// <summary>What the latent is called among the file's others: nothing where it is the only one, else its size and whether it is flipped.</summary>
    public string Variant(bool severalSizes) => (severalSizes && Size.Length > 0, IsFlipped) switch
    {
        (false, false) => "",
        (false, true) => StoredLatent.Flipped,
        (true, false) => Size,
        (true, true) => $"{Size}/{StoredLatent.Flipped}",
    };

    // The pull request's text has fp32, its code float32: any short name is taken.
    [GeneratedRegex("^(latents|latents_flipped|original_size|crop_ltrb|alpha_mask)(?:_([0-9]+x[0-9]+))?(?:_(?:float|bfloat|fp|bf)[0-9][a-z0-9_]*)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
