using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.Cli.Datasets.Formats;
using PerceptualEval.Cli.Datasets.Reading;
using PerceptualEval.Cli.Images;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets;

/// <summary>A tensor of samples, known from its file's header: one latent, image or clip, or a batch of them. A picture file is one image, or a clip of one frame.</summary>
internal sealed record SampleTensor
{
    private static readonly UnitStatement NoUnits = new(null, "images have none", MayDefault: true);

    // A picture: an image, or a clip of one frame.
    private SampleTensor(DatasetFile file, ImageSize size, LatentReading reading)
    {
        File = file;
        Name = "";
        Key = "";
        Index = -1;
        Kind = SourceKind.Image;
        Reading = reading;
        Shape = reading.Layout == SampleLayout.Image ? new TensorShape(3, size.Height, size.Width) : new TensorShape(3, 1, size.Height, size.Width);
        SampleShape = Shape;
    }

    private SampleTensor(DatasetFile file, int index, StoredLatent stored, SourceKind kind, LatentReading reading)
    {
        File = file;
        Name = stored.Entry.Name;
        Key = stored.Key;
        Index = index;
        Kind = kind;
        Stored = stored;
        Reading = reading;
        Shape = stored.Entry.Shape;
        Geometry = LatentGeometry.Of(stored, reading, Locate(file.Path, Name));
        IsBatch = Geometry.IsBatch;
        SampleShape = Geometry.Sample;
    }

    /// <summary>The file.</summary>
    public DatasetFile File { get; }

    /// <summary>The file's path, for messages.</summary>
    public string Path => File.Path;

    /// <summary>The tensor's key in the file; empty where the file has no keys.</summary>
    public string Name { get; }

    /// <summary>What the tensor pairs by where its file holds several: its key, or what the file's format makes of it.</summary>
    public string Key { get; }

    /// <summary>Which of <see cref="TensorFile.Tensors"/> it is; −1 for a picture file.</summary>
    public int Index { get; }

    /// <summary>Whether the file is a picture.</summary>
    public bool IsPicture => Index < 0;

    /// <summary>The shape in the file; no dimension is 0.</summary>
    public TensorShape Shape { get; }

    /// <summary>The shape of one sample as it is read: <c>[C,H,W]</c>, or <c>[C,F,H,W]</c> of a video's latents.</summary>
    public TensorShape SampleShape { get; }

    /// <summary>Whether there is a batch dimension, so that ids get an index.</summary>
    public bool IsBatch { get; }

    /// <summary>How many samples it holds.</summary>
    public long Count => IsBatch ? Shape[0] : 1;

    /// <summary>What it holds.</summary>
    public SourceKind Kind { get; }

    /// <summary>How the samples are stored; null for a picture file.</summary>
    public StoredLatent? Stored { get; }

    /// <summary>The samples' shapes; null for a picture file.</summary>
    public LatentGeometry? Geometry { get; }

    /// <summary>What the user said of the file.</summary>
    public LatentReading Reading { get; }

    /// <summary>How clips lie in the file, where it does not say so itself.</summary>
    public SampleLayout Layout => Reading.Layout;

    /// <summary>How the units of latents are known; null for images.</summary>
    public UnitStatement? UnitStatement => Kind == SourceKind.Latent ? Stored!.Units : null;

    /// <summary>The latents' units: what the file says, else what the user says; null for what the decoder expects, and for images.</summary>
    public LatentUnits? Units => Kind == SourceKind.Latent ? Stored!.Units.Units ?? Reading.Units : null;

    /// <summary>Reads the headers of a file.</summary>
    /// <param name="file">A tensor file, or a picture where images are expected.</param>
    /// <param name="input">What the file should hold, and what the user said of it.</param>
    /// <returns>At least one tensor, in the order of the file.</returns>
    /// <exception cref="DatasetException">The file holds no tensors, or one that is no latent or image.</exception>
    /// <exception cref="UsageException">The file's format leaves its units open, and the user does, too.</exception>
    /// <exception cref="TensorFileException">The tensor file can't be read.</exception>
    /// <exception cref="ImageFileException">The picture can't be read.</exception>
    public static IReadOnlyList<SampleTensor> ReadHeaders(DatasetFile file, DatasetInput input)
    {
        if (input.Kind == SourceKind.Image && !FileExtensions.IsTensor(file.Path))
        {
            return [new SampleTensor(file, file.ReadPictureSize(), input.Reading)];
        }

        using var opened = file.OpenTensors();
        if (opened.Tensors.Count == 0)
        {
            throw new DatasetException($"'{file.Path}' holds no tensors.");
        }

        return input.Kind == SourceKind.Image
            ? [.. opened.Tensors.Select((entry, i) => Image(file, entry, i, input.Reading))]
            : Latents(file, opened, input.Reading);
    }

    /// <summary>The latents of an open file, whether or not their units are known.</summary>
    /// <param name="file">The file.</param>
    /// <param name="opened">The same, open.</param>
    /// <param name="recognised">What was made of it.</param>
    /// <param name="reading">What the user said.</param>
    /// <exception cref="DatasetException">A tensor is no latent.</exception>
    public static IReadOnlyList<SampleTensor> Of(DatasetFile file, TensorFile opened, RecognisedFile recognised, LatentReading reading)
    {
        var indices = new Dictionary<string, int>(opened.Tensors.Count, StringComparer.Ordinal);
        for (var i = 0; i < opened.Tensors.Count; i++)
        {
            indices.Add(opened.Tensors[i].Name, i);
        }

        return [.. recognised.Latents.Select(latent => new SampleTensor(file, indices[latent.Entry.Name], latent, SourceKind.Latent, reading))];
    }

    /// <summary>The file, the tensor's key and its shape, for messages.</summary>
    public override string ToString() => $"{Locate(Path, Name)}: shape {Shape}";

    private static IReadOnlyList<SampleTensor> Latents(DatasetFile file, TensorFile opened, LatentReading reading)
    {
        var recognised = LatentFormats.Recognise(LatentFile.Of(file, opened, reading));
        if (reading.Units is null && recognised.Latents.FirstOrDefault(latent => latent.Units is { Units: null, MayDefault: false }) is { } open)
        {
            throw new UsageException($"'{file.Path}' ({recognised.Format.Writer}) does not say its units: {open.Units.Evidence}. "
                + "Give --units raw if the values are what the VAE encoder returns, or --units model if they are scaled or normalised as a diffusion model sees them; the decoder's input differs by that factor.");
        }

        return Of(file, opened, recognised, reading);
    }

    private static SampleTensor Image(DatasetFile file, TensorEntry entry, int index, LatentReading reading)
    {
        var shape = entry.Shape;
        var rank = reading.Layout == SampleLayout.Image ? 3 : 4;
        var channels = reading.Layout == SampleLayout.ChannelsFrames ? ^4 : ^3;
        var where = $"{Locate(file.Path, entry.Name)}: shape {shape}";
        var expected = reading.Layout switch
        {
            SampleLayout.Image => "an image in [-1,1], [3,H,W] or [N,3,H,W]",
            SampleLayout.ChannelsFrames => "a video in [-1,1], [3,T,H,W] or [N,3,T,H,W]",
            _ => "a video in [-1,1], [T,3,H,W] or [N,T,3,H,W] as --layout says",
        };
        if (shape.Rank != rank && shape.Rank != rank + 1)
        {
            throw new DatasetException($"{where}; expected {expected}.");
        }

        if (shape[channels] != 3)
        {
            throw new DatasetException($"{where}; expected {expected}. Give pictures, or decoded images, here.");
        }

        if (IsInteger(entry.Type))
        {
            throw new DatasetException($"{where}, stored as {entry.Type}; an image in a tensor file holds floats in [-1,1]. Scale it (x / 127.5 - 1), or give the picture.");
        }

        return new SampleTensor(file, index, new StoredLatent(entry, entry.Name, PlainFormat.LayoutOf(reading), NoUnits), SourceKind.Image, reading);
    }

    private static string Locate(string path, string name) => name.Length == 0 ? $"'{path}'" : $"'{path}', tensor '{name}'";

    private static bool IsInteger(ElementType type) => type is ElementType.Bool
        or ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64
        or ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64;
}
