using System.Buffers;
using System.Runtime.InteropServices;
using PerceptualEval.TensorFiles.Sources;
using PerceptualEval.Tensors;

namespace PerceptualEval.TensorFiles;

/// <summary>Where and how the values of one tensor are stored: what all containers come down to.</summary>
internal sealed class StoredTensor
{
    /// <summary>Bytes read at a time where values have to be converted or rearranged; small enough to stay in the cache.</summary>
    public const int ChunkBytes = 128 * 1024;

    /// <summary>The most dimensions: numpy allows 64, torch as many; no writer makes more.</summary>
    public const int MaxRank = 64;

    // A view with stride 0 or overlapping strides may have more elements than its storage, so a few bytes can claim any size.
    // Beyond the storage's own size, at most this many elements (64 MiB as float32) are believed.
    private const long MaxRepeatedElements = 16 << 20;

    // The largest run of float32 values whose size in bytes fits a span.
    private const int MaxFloatsPerRead = 1 << 28;

    /// <summary>Describes a tensor, checking that the source really holds it.</summary>
    /// <param name="entry">Name, shape and type.</param>
    /// <param name="source">Where the bytes are.</param>
    /// <param name="offset">The first value's place in the source, in bytes.</param>
    /// <param name="bigEndian">Whether the values are stored most significant byte first.</param>
    /// <param name="strides">The distance between neighbours along each dimension, in elements, not negative; null for C order.</param>
    /// <exception cref="InvalidDataException">The values do not lie within the source.</exception>
    public StoredTensor(TensorEntry entry, ByteSource source, long offset, bool bigEndian = false, long[]? strides = null)
    {
        Entry = entry;
        Source = source;
        Offset = offset;
        BigEndian = bigEndian && ElementSize > 1;
        if (entry.Shape.Rank > MaxRank)
        {
            throw new InvalidDataException($"tensor '{entry.Name}' has {entry.Shape.Rank} dimensions; at most {MaxRank} are read");
        }

        Strides = strides is null || IsRowMajor(entry.Shape, strides) ? null : strides;
        var extent = Extent(entry.Shape, strides);
        if (offset < 0 || offset + (extent * ElementSize) > source.Length)
        {
            throw new InvalidDataException(
                $"tensor '{entry.Name}': shape {entry.Shape} of {entry.Type} needs {extent * ElementSize} bytes from byte {offset} on; "
                + $"there are {source.Length} in all. The file is cut off or damaged; copy or download it again.");
        }

        ExtentElements = (long)extent;
        var stored = source.Length / ElementSize;
        if (entry.Shape.ElementCount > Math.Max(stored, MaxRepeatedElements))
        {
            throw new InvalidDataException(
                $"tensor '{entry.Name}': shape {entry.Shape} repeats the {stored} stored values {entry.Shape.ElementCount / Math.Max(stored, 1)}-fold; "
                + $"views are read up to {MaxRepeatedElements} elements. Save a contiguous tensor.");
        }
    }

    /// <summary>Describes a tensor whose first value's place is counted in elements.</summary>
    /// <exception cref="InvalidDataException">The values do not lie within the source.</exception>
    public static StoredTensor AtElement(TensorEntry entry, ByteSource source, long element, bool bigEndian, long[] strides) =>
        element <= source.Length
            ? new StoredTensor(entry, source, element * entry.Type.ByteSize(), bigEndian, strides)
            : throw new InvalidDataException($"tensor '{entry.Name}' begins at element {element} of a storage of {source.Length} bytes");

    public TensorEntry Entry { get; }

    public ByteSource Source { get; }

    public long Offset { get; }

    public bool BigEndian { get; }

    /// <summary>Strides in elements; null where the values lie in C order without gaps.</summary>
    public long[]? Strides { get; }

    /// <summary>How many elements of the source lie between the first value and the end of the last one.</summary>
    public long ExtentElements { get; }

    public int ElementSize => Entry.Type.ByteSize();

    /// <summary>Reads a run of elements, counted in C order, as float32.</summary>
    public void Read(long firstElement, Span<float> destination)
    {
        if (Strides is not null)
        {
            StridedReader<float>.Read(this, firstElement, destination, ElementConversion.ToSingle);
        }
        else if (Entry.Type == ElementType.Float32)
        {
            ReadFloat32(firstElement, destination);
        }
        else
        {
            ReadConverted(firstElement, destination);
        }
    }

    /// <summary>Reads all elements as stored, but in C order and little-endian.</summary>
    public void ReadBytes(Span<byte> destination)
    {
        if (Strides is null)
        {
            Load(0, destination);
            return;
        }

        switch (ElementSize)
        {
            case 1:
                StridedReader<byte>.Read(this, 0, destination, Copy);
                break;
            case 2:
                StridedReader<ushort>.Read(this, 0, MemoryMarshal.Cast<byte, ushort>(destination), Copy);
                break;
            case 4:
                StridedReader<uint>.Read(this, 0, MemoryMarshal.Cast<byte, uint>(destination), Copy);
                break;
            case 8:
                StridedReader<ulong>.Read(this, 0, MemoryMarshal.Cast<byte, ulong>(destination), Copy);
                break;
        }
    }

    /// <summary>Reads stored bytes from an element on, counted in the order of the storage, and makes them little-endian.</summary>
    public void Load(long storedElement, Span<byte> destination)
    {
        Source.Read(Offset + (storedElement * ElementSize), destination);
        if (BigEndian)
        {
            ElementConversion.ReverseByteOrder(destination, ElementSize);
        }
    }

    private static void Copy<T>(ElementType type, ReadOnlySpan<byte> source, Span<T> destination)
        where T : unmanaged => MemoryMarshal.Cast<byte, T>(source).CopyTo(destination);

    private void ReadFloat32(long firstElement, Span<float> destination)
    {
        while (!destination.IsEmpty)
        {
            var run = destination[..Math.Min(destination.Length, MaxFloatsPerRead)];
            Load(firstElement, MemoryMarshal.AsBytes(run));
            destination = destination[run.Length..];
            firstElement += run.Length;
        }
    }

    private void ReadConverted(long firstElement, Span<float> destination)
    {
        var chunk = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            while (!destination.IsEmpty)
            {
                var run = destination[..Math.Min(destination.Length, ChunkBytes / ElementSize)];
                var bytes = chunk.AsSpan(0, run.Length * ElementSize);
                Load(firstElement, bytes);
                ElementConversion.ToSingle(Entry.Type, bytes, run);
                destination = destination[run.Length..];
                firstElement += run.Length;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }

    private static bool IsRowMajor(TensorShape shape, long[] strides)
    {
        var expected = 1L;
        for (var i = shape.Rank - 1; i >= 0; i--)
        {
            if (shape[i] > 1 && strides[i] != expected)
            {
                return shape.ElementCount == 0;
            }

            expected *= Math.Max(shape[i], 1);
        }

        return true;
    }

    private static Int128 Extent(TensorShape shape, long[]? strides)
    {
        if (strides is null || shape.ElementCount == 0)
        {
            return shape.ElementCount;
        }

        Int128 last = 0;
        for (var i = 0; i < shape.Rank; i++)
        {
            last += (Int128)(shape[i] - 1) * strides[i];
        }

        return last + 1;
    }
}
