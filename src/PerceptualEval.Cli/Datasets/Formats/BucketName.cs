namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>A cache file's name as kohya's trainers and those after them write it: <c>image_0512x0768_sdxl</c>, width first.</summary>
/// <param name="Image">The image's name, with its folders where there are any.</param>
/// <param name="Size">The size of the bucket, as written.</param>
/// <param name="Architecture">The model's short name.</param>
internal sealed record BucketName(string Image, string Size, string Architecture)
{
    /// <summary>The id of the image, or of the image and size.</summary>
    public SourceId Source => new(Image, $"{Image}_{Size}");

    /// <summary>Splits a name without extension; null where it is another. By hand: a hundred thousand of them are listed at once.</summary>
    public static BucketName? Parse(string name)
    {
        var second = name.LastIndexOf('_');
        var first = second > 0 ? name.LastIndexOf('_', second - 1) : -1;
        return first > 0 && IsSize(name.AsSpan(first + 1, second - first - 1)) && second + 1 < name.Length
            ? new BucketName(name[..first], name[(first + 1)..second], name[(second + 1)..])
            : null;
    }

    // Four digits or more: 0512x0768.
    private static bool IsSize(ReadOnlySpan<char> text)
    {
        var separator = text.IndexOf('x');
        return separator >= 4 && text.Length - separator > 4
            && !text[..separator].ContainsAnyExceptInRange('0', '9') && !text[(separator + 1)..].ContainsAnyExceptInRange('0', '9');
    }
}
