using System.Buffers.Binary;
using System.IO.Hashing;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference.Caching;

/// <summary>
/// A file of float32 tensors that tells when it is damaged: a hash of all that follows, how many tensors there are, each one's rank and
/// dimensions, then the values as they lie in memory. They are read straight to where they are needed.
/// </summary>
internal sealed class TensorEntry : IDisposable
{
    private const int HashBytes = 16;
    private const int MostTensors = 64;
    private const int MostDimensions = 8;

    private readonly SafeFileHandle _file;
    private readonly XxHash128 _hash = new();
    private long _offset;

    private TensorEntry(SafeFileHandle file) => _file = file;

    /// <summary>Says where a tensor's values are.</summary>
    /// <param name="tensor">Which tensor.</param>
    internal delegate ReadOnlySpan<float> Source(int tensor);

    /// <summary>Says where a tensor's values shall go.</summary>
    /// <param name="tensor">Which tensor.</param>
    /// <param name="shape">Its shape.</param>
    /// <returns>As many values as the shape has elements; any other length refuses the tensor.</returns>
    internal delegate Span<float> Destination(int tensor, TensorShape shape);

    /// <summary>Whether a tensor can be read and written in one piece.</summary>
    public static bool Takes(TensorShape shape) => shape.ElementCount <= int.MaxValue / sizeof(float);

    /// <summary>Writes a new file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="shapes">The tensors' shapes.</param>
    /// <param name="source">Their values.</param>
    /// <exception cref="IOException">It can't be written.</exception>
    public static void Write(string path, IReadOnlyList<TensorShape> shapes, Source source)
    {
        using var entry = new TensorEntry(File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write)) { _offset = HashBytes };
        entry.Append(Header(shapes));
        for (var tensor = 0; tensor < shapes.Count; tensor++)
        {
            entry.Append(MemoryMarshal.AsBytes(source(tensor)));
        }

        RandomAccess.Write(entry._file, entry._hash.GetCurrentHash(), 0);
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="destination">Where the values shall go; some may be written although the file turns out to be damaged.</param>
    /// <returns>False where the file is damaged or a tensor was refused.</returns>
    /// <exception cref="IOException">It can't be read.</exception>
    public static bool Read(string path, Destination destination)
    {
        using var entry = new TensorEntry(File.OpenHandle(path));
        Span<byte> expected = stackalloc byte[HashBytes];
        if (!entry.TryFill(expected))
        {
            return false;
        }

        entry._hash.Reset();
        return entry.ReadShapes() is { } shapes && entry.EndsAfter(shapes) && entry.ReadValues(shapes, destination)
            && expected.SequenceEqual(entry._hash.GetCurrentHash());
    }

    public void Dispose() => _file.Dispose();

    private static byte[] Header(IReadOnlyList<TensorShape> shapes)
    {
        List<long> numbers = [shapes.Count];
        foreach (var shape in shapes)
        {
            numbers.Add(shape.Rank);
            numbers.AddRange(shape.Dimensions);
        }

        var header = new byte[numbers.Count * sizeof(long)];
        foreach (var (i, number) in numbers.Index())
        {
            BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(i * sizeof(long)), number);
        }

        return header;
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _hash.Append(bytes);
        RandomAccess.Write(_file, bytes, _offset);
        _offset += bytes.Length;
    }

    // Null where the numbers are none that were written.
    private TensorShape[]? ReadShapes()
    {
        if (NextNumber(MostTensors) is not { } count)
        {
            return null;
        }

        var shapes = new TensorShape[count];
        foreach (ref var shape in shapes.AsSpan())
        {
            if (NextNumber(MostDimensions) is not { } rank)
            {
                return null;
            }

            var dimensions = Array.ConvertAll(new long[rank], _ => NextNumber(Array.MaxLength) ?? -1);
            if (!TensorShape.TryCountElements(dimensions, out _))
            {
                return null;
            }

            shape = new TensorShape(dimensions);
        }

        return shapes;
    }

    // Before memory is taken for them: a damaged shape may claim anything.
    private bool EndsAfter(TensorShape[] shapes) =>
        Array.TrueForAll(shapes, Takes) && _offset + shapes.Sum(shape => shape.ElementCount * sizeof(float)) == RandomAccess.GetLength(_file);

    private bool ReadValues(TensorShape[] shapes, Destination destination)
    {
        for (var tensor = 0; tensor < shapes.Length; tensor++)
        {
            var values = destination(tensor, shapes[tensor]);
            if (values.Length != shapes[tensor].ElementCount || !TryFill(MemoryMarshal.AsBytes(values)))
            {
                return false;
            }
        }

        return true;
    }

    private long? NextNumber(long most)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        return TryFill(bytes) && BinaryPrimitives.ReadInt64LittleEndian(bytes) is >= 0 and var number && number <= most ? number : null;
    }

    // False where the file ends before.
    private bool TryFill(Span<byte> bytes)
    {
        for (var read = 0; read < bytes.Length;)
        {
            var more = RandomAccess.Read(_file, bytes[read..], _offset);
            if (more == 0)
            {
                return false;
            }

            read += more;
            _offset += more;
        }

        _hash.Append(bytes);
        return true;
    }
}
