using System.Numerics.Tensors;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Reading;
using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Verbs;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Reports;

/// <summary>Reads the chosen samples of a dataset again, decodes them and makes their pictures.</summary>
/// <param name="recipe">How.</param>
internal sealed class GalleryReader(PictureRecipe recipe)
{
    // What all pictures of a page may take together: two thirds of 15 MB, as base64.
    private const int MostBytes = 7_000_000;

    private readonly Dictionary<string, List<UnscaledPicture>> _pictures = [];
    private readonly List<string> _missing = [];

    // Someone else's export gives one number for two images, and no map.
    private readonly bool _hasMaps = recipe.Lpips.Model.Manifest.Kind == ModelKind.Lpips;

    private int _bytesOfPicture;

    /// <summary>Makes the pictures of all samples in the groups.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="interrupt">Stops between two samples.</param>
    /// <returns>The gallery. Samples whose files can't be read any more have no pictures, and its note says why.</returns>
    /// <exception cref="OperationCanceledException">The reading was interrupted.</exception>
    public Gallery Read(IReadOnlyList<GalleryGroup> groups, CancellationToken interrupt)
    {
        var wanted = groups.SelectMany(group => group.Ids).ToHashSet(StringComparer.Ordinal);
        _bytesOfPicture = MostBytes / Math.Max(1, wanted.Count * ((2 * recipe.Decoded.Count) + 2));
        try
        {
            ReadSamples(wanted, interrupt);
        }
        catch (Exception exception) when (IsOfFiles(exception))
        {
            _missing.Add(exception.Message);
        }

        interrupt.ThrowIfCancellationRequested();
        var ends = _pictures.Values.SelectMany(pictures => pictures).Select(picture => picture.Map?.High()).OfType<double>().ToArray();
        double? end = ends.Length == 0 ? null : ends.Max() is > 0 and var highest ? highest : 1;
        return new Gallery(groups, Scaled(end ?? 1), NoteOn(wanted), end);
    }

    private void ReadSamples(HashSet<string> wanted, CancellationToken interrupt)
    {
        var dataset = recipe.Open();
        using var reader = new SampleReader(dataset.SourceCount);
        foreach (var sample in dataset.Samples().Where(sample => wanted.Contains(sample.Id)))
        {
            interrupt.ThrowIfCancellationRequested();
            try
            {
                using var batch = SampleBatch.Read([sample], reader, CancellationToken.None);
                _pictures[sample.Id] = PicturesOf(batch);
            }
            catch (Exception exception) when (IsOfFiles(exception))
            {
                _missing.Add(exception.Message);
            }

            if (_pictures.Count == wanted.Count)
            {
                return;
            }
        }
    }

    private List<UnscaledPicture> PicturesOf(SampleBatch batch)
    {
        if (recipe.Reproduce is { } reproduce)
        {
            using var pair = reproduce(batch);
            return
            [
                new(PictureKind.Original, null, Encode(pair.Image), null),
                new(PictureKind.Decoded, null, Encode(pair.Decoded), null),
                .. _hasMaps ? [new UnscaledPicture(PictureKind.HeatMap, null, null, MapOf(pair.Image, pair.Decoded))] : Array.Empty<UnscaledPicture>(),
            ];
        }

        RunUnits.Convert(batch, recipe.Decoded[0].Decoder.Model, recipe.Units);
        using var original = batch.Images is { } images ? OneImage(images) : null;
        using var target = recipe.Target is { } source ? Decode(batch, source) : null;
        List<UnscaledPicture> pictures = [];
        if (original is not null)
        {
            pictures.Add(new(PictureKind.Original, null, Encode(original), null));
        }

        if (target is not null)
        {
            pictures.Add(new(PictureKind.Target, null, Encode(target), null));
        }

        foreach (var decoded in recipe.Decoded)
        {
            using var image = Decode(batch, decoded);
            pictures.Add(new(target is null ? PictureKind.Decoded : PictureKind.Prediction, decoded.Checkpoint, Encode(image), null));
            if (_hasMaps && (target ?? original) is { } reference && reference.Shape == image.Shape)
            {
                pictures.Add(new(PictureKind.HeatMap, decoded.Checkpoint, null, MapOf(reference, image)));
            }
        }

        return pictures;
    }

    private SpatialMap MapOf(TensorBuffer reference, TensorBuffer image)
    {
        using var a = recipe.Lpips.Features(reference);
        using var b = recipe.Lpips.Features(image);
        using var map = recipe.Lpips.SpatialMap(a, b);
        return SpatialMap.Of(map.Span, SizeOf(map));
    }

    private TensorBuffer Decode(SampleBatch batch, PictureSource source)
    {
        using var decoded = source.Decoder.Decode(batch.Tensors[source.Source], recipe.Units, recipe.Tiling);
        if (recipe.Clamp)
        {
            TensorPrimitives.Clamp(decoded.Span, -1, 1, decoded.Span);
        }

        return OneImage(decoded);
    }

    private EncodedPicture Encode(TensorBuffer image) => EncodedPicture.Of(image.Span, SizeOf(image), _bytesOfPicture);

    // Of a clip the frame in the middle: the first and the last are decoded differently from the rest.
    private static TensorBuffer OneImage(TensorBuffer images)
    {
        var (height, width) = (images.Shape[^2], images.Shape[^1]);
        var image = new TensorBuffer(new TensorShape(1, 3, height, width));
        var frames = images.Shape.Rank == 5 ? (int)images.Shape[2] : 1;
        var plane = (int)(height * width);
        for (var channel = 0; channel < 3; channel++)
        {
            images.Span.Slice(((channel * frames) + (frames / 2)) * plane, plane).CopyTo(image.Span[(channel * plane)..]);
        }

        return image;
    }

    private static ImageSize SizeOf(TensorBuffer image) => new((int)image.Shape[^2], (int)image.Shape[^1]);

    private static bool IsOfFiles(Exception exception) =>
        exception is DatasetException or UsageException or TensorFileException or ImageFileException or ModelException or ArgumentException or InferenceException;

    private Dictionary<string, IReadOnlyList<GalleryPicture>> Scaled(double end) =>
        _pictures.ToDictionary(sample => sample.Key, sample => (IReadOnlyList<GalleryPicture>)[.. sample.Value.Select(picture => picture.Scaled(end, _bytesOfPicture))]);

    private string? NoteOn(HashSet<string> wanted)
    {
        var without = wanted.Count - _pictures.Count;
        if (without == 0)
        {
            return null;
        }

        var count = without == wanted.Count ? "There are no pictures" : FormattableString.Invariant($"{without} of {wanted.Count} samples have no pictures");
        return $"{count}: {_missing.FirstOrDefault() ?? "the dataset does not hold these samples any more."}";
    }
}
