using System.Globalization;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Formats;
using PerceptualEval.Cli.Images;

namespace PerceptualEval.Cli.Auditing.Sizes;

/// <summary>The sizes that a trainer's cache states of the image that it was made from: in its name, its metadata, or beside the latent.</summary>
internal static class StatedSize
{
    // original_size is width and height; longer facts are none of it.
    private const int SizeValues = 2;

    /// <summary>Reads what a file states. Opens it again: to be asked only where a size does not fit by itself.</summary>
    /// <returns>Sizes in pixels; of the image before or after it was resized into a bucket, which trainers do not do alike. Empty where nothing is stated.</returns>
    /// <exception cref="TensorFiles.TensorFileException">The file can't be read any more.</exception>
    public static IReadOnlyList<ImageSize> Of(SampleTensor latent)
    {
        var sizes = new List<ImageSize>();
        if (BucketName.Parse(Path.GetFileNameWithoutExtension(latent.Path)) is { } name && Parse(name.Size.Split('x')) is { } named)
        {
            sizes.Add(named);
        }

        using var opened = latent.File.OpenTensors();
        var file = LatentFile.Of(latent.File, opened, latent.Reading);
        if (file.Number("width") is { } width && file.Number("height") is { } height)
        {
            sizes.Add(new ImageSize((int)height, (int)width));
        }

        foreach (var (fact, entry) in LatentFormats.Recognise(file).FactTensors)
        {
            if (fact.StartsWith("original_size", StringComparison.Ordinal) && entry.Shape.ElementCount == SizeValues)
            {
                using var values = opened.Read(entry);
                sizes.Add(new ImageSize((int)values.Span[1], (int)values.Span[0]));
            }
        }

        return sizes;
    }

    private static ImageSize? Parse(string[] parts) =>
        parts.Length == 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var width)
            && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var height)
            ? new ImageSize(height, width)
            : null;
}
