using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets;

/// <summary>A tensor of samples, known from its file's header: one latent or image, or a batch of them. A picture file is one image.</summary>
internal sealed record SampleTensor
{
    private SampleTensor(DatasetFile file, string name, int index, TensorShape shape)
    {
        File = file;
        Name = name;
        Index = index;
        Shape = shape;
        SampleShape = new TensorShape(shape.Dimensions[^3..]);
    }

    /// <summary>The file.</summary>
    public DatasetFile File { get; }

    /// <summary>The file's path, for messages.</summary>
    public string Path => File.Path;

    /// <summary>The tensor's key; empty where the file has no keys.</summary>
    public string Name { get; }

    /// <summary>Which of <see cref="TensorFile.Tensors"/> it is; −1 for a picture file.</summary>
    public int Index { get; }

    /// <summary>Whether the file is a picture.</summary>
    public bool IsPicture => Index < 0;

    /// <summary>The shape in the file: <c>[C,H,W]</c> or <c>[N,C,H,W]</c>; no dimension is 0.</summary>
    public TensorShape Shape { get; }

    /// <summary>The shape of one sample: <c>[C,H,W]</c>.</summary>
    public TensorShape SampleShape { get; }

    /// <summary>Whether there is a batch dimension, so that ids get an index.</summary>
    public bool IsBatch => Shape.Rank == 4;

    /// <summary>How many samples it holds.</summary>
    public long Count => IsBatch ? Shape[0] : 1;

    /// <summary>Reads the headers of a file.</summary>
    /// <param name="file">A tensor file, or a picture where images are expected.</param>
    /// <param name="kind">What the file should hold.</param>
    /// <returns>At least one tensor, in the order of the file.</returns>
    /// <exception cref="DatasetException">The file holds no tensors, or one that is no latent or image.</exception>
    /// <exception cref="TensorFileException">The tensor file can't be read.</exception>
    /// <exception cref="ImageFileException">The picture can't be read.</exception>
    public static IReadOnlyList<SampleTensor> ReadHeaders(DatasetFile file, SourceKind kind)
    {
        var path = file.Path;
        if (kind == SourceKind.Image && !FileExtensions.IsTensor(path))
        {
            var size = file.ReadPictureSize();
            return [new SampleTensor(file, "", -1, new TensorShape(3, size.Height, size.Width))];
        }

        using var opened = file.OpenTensors();
        if (opened.Tensors.Count == 0)
        {
            throw new DatasetException($"'{path}' holds no tensors.");
        }

        var tensors = new SampleTensor[opened.Tensors.Count];
        for (var i = 0; i < tensors.Length; i++)
        {
            var entry = opened.Tensors[i];
            Check(path, entry, kind);
            tensors[i] = new SampleTensor(file, entry.Name, i, entry.Shape);
        }

        return tensors;
    }

    /// <summary>The file, the tensor's key and its shape, for messages.</summary>
    public override string ToString() => $"{Locate(Path, Name)}: shape {Shape}";

    private static void Check(string path, TensorEntry entry, SourceKind kind)
    {
        var shape = entry.Shape;
        var where = $"{Locate(path, entry.Name)}: shape {shape}";
        if (shape.Rank is not (3 or 4))
        {
            throw new DatasetException($"{where}; expected {Expected(kind)}.");
        }

        if (kind == SourceKind.Image && shape[^3] != 3)
        {
            throw new DatasetException($"{where}; expected {Expected(kind)}. Give pictures, or decoded images, here.");
        }

        if (kind == SourceKind.Image && IsInteger(entry.Type))
        {
            throw new DatasetException($"{where}, stored as {entry.Type}; an image in a tensor file holds floats in [-1,1]. Scale it (x / 127.5 - 1), or give the picture.");
        }

        if (shape.ElementCount == 0)
        {
            throw new DatasetException($"{where} is empty; expected {Expected(kind)}.");
        }

        if (shape.ElementCount / (shape.Rank == 4 ? shape[0] : 1) > Array.MaxLength)
        {
            throw new DatasetException($"{where}; one sample may have at most {Array.MaxLength} values.");
        }
    }

    private static string Locate(string path, string name) => name.Length == 0 ? $"'{path}'" : $"'{path}', tensor '{name}'";

    private static string Expected(SourceKind kind) => kind == SourceKind.Latent
        ? "a latent, [C,h,w] or [N,C,h,w]"
        : "an image in [-1,1], [3,H,W] or [N,3,H,W]";

    private static bool IsInteger(ElementType type) => type is ElementType.Bool
        or ElementType.Int8 or ElementType.Int16 or ElementType.Int32 or ElementType.Int64
        or ElementType.UInt8 or ElementType.UInt16 or ElementType.UInt32 or ElementType.UInt64;
}
