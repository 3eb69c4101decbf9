using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets;

/// <summary>A tensor of samples, known from its file's header: one latent, image or clip, or a batch of them. A picture file is one image, or a clip of one frame.</summary>
internal sealed record SampleTensor
{
    private SampleTensor(string path, string name, int index, TensorShape shape, SampleLayout layout)
    {
        Path = path;
        Name = name;
        Index = index;
        Shape = shape;
        Layout = layout;
        SampleShape = layout switch
        {
            SampleLayout.Image => new TensorShape(shape.Dimensions[^3..]),
            SampleLayout.ChannelsFrames => new TensorShape(shape.Dimensions[^4..]),
            _ => new TensorShape(shape[^3], shape[^4], shape[^2], shape[^1]),
        };
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The tensor's key; empty where the file has no keys.</summary>
    public string Name { get; }

    /// <summary>Which of <see cref="TensorFile.Tensors"/> it is; −1 for a picture file.</summary>
    public int Index { get; }

    /// <summary>Whether the file is a picture.</summary>
    public bool IsPicture => Index < 0;

    /// <summary>How a sample's dimensions lie in the file.</summary>
    public SampleLayout Layout { get; }

    /// <summary>The shape in the file: a sample's in <see cref="Layout"/>, with or without a batch dimension; no dimension is 0.</summary>
    public TensorShape Shape { get; }

    /// <summary>The shape of one sample, channels first: <c>[C,H,W]</c>, or <c>[C,T,H,W]</c> for a clip.</summary>
    public TensorShape SampleShape { get; }

    /// <summary>Whether there is a batch dimension, so that ids get an index.</summary>
    public bool IsBatch => Shape.Rank > SampleShape.Rank;

    /// <summary>How many samples it holds.</summary>
    public long Count => IsBatch ? Shape[0] : 1;

    /// <summary>Reads the headers of a file.</summary>
    /// <param name="path">A tensor file, or a picture where images are expected.</param>
    /// <param name="kind">What the file should hold.</param>
    /// <param name="layout">How a sample's dimensions lie in it.</param>
    /// <returns>At least one tensor, in the order of the file.</returns>
    /// <exception cref="DatasetException">The file holds no tensors, or one that is no latent or image.</exception>
    /// <exception cref="TensorFileException">The tensor file can't be read.</exception>
    /// <exception cref="ImageFileException">The picture can't be read.</exception>
    public static IReadOnlyList<SampleTensor> ReadHeaders(string path, SourceKind kind, SampleLayout layout = SampleLayout.Image)
    {
        if (kind == SourceKind.Image && !FileExtensions.IsTensor(path))
        {
            var size = ImageFile.ReadSize(path);
            return layout == SampleLayout.Image
                ? [new SampleTensor(path, "", -1, new TensorShape(3, size.Height, size.Width), layout)]
                : [new SampleTensor(path, "", -1, new TensorShape(3, 1, size.Height, size.Width), SampleLayout.ChannelsFrames)];
        }

        using var file = TensorFile.Open(path);
        if (file.Tensors.Count == 0)
        {
            throw new DatasetException($"'{path}' holds no tensors.");
        }

        var tensors = new SampleTensor[file.Tensors.Count];
        for (var i = 0; i < tensors.Length; i++)
        {
            var entry = file.Tensors[i];
            Check(path, entry, kind, layout);
            tensors[i] = new SampleTensor(path, entry.Name, i, entry.Shape, layout);
        }

        return tensors;
    }

    /// <summary>The file, the tensor's key and its shape, for messages.</summary>
    public override string ToString() => $"{Locate(Path, Name)}: shape {Shape}";

    private static void Check(string path, TensorEntry entry, SourceKind kind, SampleLayout layout)
    {
        var shape = entry.Shape;
        var where = $"{Locate(path, entry.Name)}: shape {shape}";
        var rank = layout == SampleLayout.Image ? 3 : 4;
        if (shape.Rank != rank && shape.Rank != rank + 1)
        {
            throw new DatasetException($"{where}; expected {Expected(kind, layout)}.");
        }

        if (kind == SourceKind.Image && shape[layout == SampleLayout.ChannelsFrames ? ^4 : ^3] != 3)
        {
            throw new DatasetException($"{where}; expected {Expected(kind, layout)}. Give pictures, or decoded images, here.");
        }

        if (kind == SourceKind.Image && IsInteger(entry.Type))
        {
            throw new DatasetException($"{where}, stored as {entry.Type}; an image in a tensor file holds floats in [-1,1]. Scale it (x / 127.5 - 1), or give the picture.");
        }

        if (shape.ElementCount == 0)
        {
            throw new DatasetException($"{where} is empty; expected {Expected(kind, layout)}.");
        }

        if (shape.ElementCount / (shape.Rank > rank ? shape[0] : 1) > Array.MaxLength)
        {
            throw new DatasetException($"{where}; one sample may have at most {Array.MaxLength} values.");
        }
    }

    private static string Locate(string path, string name) => name.Length == 0 ? $"'{path}'" : $"'{path}', tensor '{name}'";

    private static string Expected(SourceKind kind, SampleLayout layout) => (kind, layout) switch
    {
        (SourceKind.Latent, SampleLayout.Image) => "a latent, [C,h,w] or [N,C,h,w]",
        (SourceKind.Latent, SampleLayout.ChannelsFrames) => "a clip's latent, [C,t,h,w] or [N,C,t,h,w]",
        (SourceKind.Latent, _) => "a clip's latent, [t,C,h,w] or [N,t,C,h,w] as --layout says",
        (_, SampleLayout.Image) => "an image in [-1,1], [3,H,W] or [N,3,H,W]",
        (_, SampleLayout.ChannelsFrames) => "a video in [-1,1], [3,T,H,W] or [N,3,T,H,W]",
        _ => "a video in [-1,1], [T,3,H,W] or [N,T,3,H,W] as --layout says",
    };

    private static bool IsInteger(ElementType type) => type is ElementType.Bool
        or ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64
        or ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64;
}
