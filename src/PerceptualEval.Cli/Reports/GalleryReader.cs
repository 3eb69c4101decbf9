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

    private readonly Dictionary<string, List<(PictureKind Kind, string? Checkpoint, EncodedPicture? Image, SpatialMap? Map)>> _pictures = [];
    private readonly List<string> _missing = [];
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

        var maps = _pictures.Values.SelectMany(pictures => pictures).Select(picture => picture.Map).OfType<SpatialMap>().ToArray();
        var end = maps.Length == 0 ? 0 : maps.Max(map => map.High());
        return new Gallery(groups, Encoded(end > 0 ? end : 1), NoteOn(wanted), maps.Length == 0 ? null : end > 0 ? end : 1);
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

    private List<(PictureKind Kind, string? Checkpoint, EncodedPicture? Image, SpatialMap? Map)> PicturesOf(SampleBatch batch)
    {
        if (recipe.Reproduce is { } reproduce)
        {
            using var pair = reproduce(batch);
            return
            [
                (PictureKind.Original, null, Encode(pair.Image), null),
                (PictureKind.Decoded, null, Encode(pair.Decoded), null),
                (PictureKind.HeatMap, null, null, MapOf(pair.Image, pair.Decoded)),
            ];
        }

        RunUnits.Convert(batch, recipe.Decoded[0].Decoder.Model, recipe.Units);
        using var original = batch.Images is { } images ? OneImage(images) : null;
        using var target = recipe.Target is { } source ? Decode(batch, source) : null;
        List<(PictureKind Kind, string? Checkpoint, EncodedPicture? Image, SpatialMap? Map)> pictures = [];
        if (original is not null)
        {
            pictures.Add((PictureKind.Original, null, Encode(original), null));
        }

        if (target is not null)
        {
            pictures.Add((PictureKind.Target, null, Encode(target), null));
        }

        foreach (var decoded in recipe.Decoded)
        {
            using var image = Decode(batch, decoded);
            pictures.Add((target is null ? PictureKind.Decoded : PictureKind.Prediction, decoded.Checkpoint, Encode(image), null));
            if ((target ?? original) is { } reference && reference.Shape == image.Shape)
            {
                pictures.Add((PictureKind.HeatMap, decoded.Checkpoint, null, MapOf(reference, image)));
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

    private Dictionary<string, IReadOnlyList<GalleryPicture>> Encoded(double end) => _pictures.ToDictionary(
        sample => sample.Key,
        sample => (IReadOnlyList<GalleryPicture>)
        [
            .. sample.Value.Select(picture => new GalleryPicture(
                picture.Kind, picture.Checkpoint, picture.Image ?? EncodedPicture.OfMap(picture.Map!.Values, picture.Map.Size, end, _bytesOfPicture))),
        ]);

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
