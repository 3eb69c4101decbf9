using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>A cache file's name as kohya's trainers and those after them write it: <c>image_0512x0768_sdxl</c>, width first.</summary>
/// <param name="Image">The image's name, with its folders where there are any.</param>
/// <param name="Size">The size of the bucket, as written.</param>
/// <param name="Architecture">The model's short name.</param>
internal sealed partial record BucketName(string Image, string Size, string Architecture)
{
    /// <summary>Splits a name without extension.</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out BucketName? bucket)
    {
        // Most names have nothing of it, and a hundred thousand of them are listed at once.
        var match = name.AsSpan().LastIndexOf('_') > 0 ? Pattern().Match(name) : Match.Empty;
        bucket = match.Success ? new BucketName(match.Groups[1].Value, match.Groups[2].Value, match.Groups[3].Value) : null;
        return bucket is not null;
    }

    /// <summary>The id of the image, or of the image and size.</summary>
    public SourceId Source => new(Image, $"{Image}_{Size}");

    [GeneratedRegex("^(.+)_([0-9]{4,5}x[0-9]{4,5})_([a-z0-9]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Pattern();
}
