using System.Buffers.Binary;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using PerceptualEval.TensorFiles.Numpy;
using PerceptualEval.TensorFiles.Sources;
using PerceptualEval.Tensors;

namespace PerceptualEval.TensorFiles;

/// <summary>numpy's .npy files: one array each.</summary>
public static class NpyFile
{
    // Constants of numpy.lib.format: values begin at a multiple of 64 bytes, and the header leaves room for a longer first dimension.
    private const int Alignment = 64;
    private const int GrowthDigits = 21;

    // The largest run of float32 values whose size in bytes fits a span.
    private const int MaxFloatsPerWrite = 1 << 28;

    /// <summary>Writes a float32 array as <c>numpy.save</c> does, byte for byte: version 1.0, C order, little-endian.</summary>
    /// <param name="path">The file; one that exists is replaced.</param>
    /// <param name="shape">The array's shape.</param>
    /// <param name="values">As many values as the shape has elements, C order.</param>
    /// <exception cref="ArgumentException">The number of values is not the shape's element count, or the path is empty.</exception>
    /// <exception cref="TensorFileException">The file can't be written.</exception>
    public static void Write(string path, TensorShape shape, ReadOnlySpan<float> values)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        RequireCount(shape, values);
        try
        {
            using var handle = File.OpenHandle(path, FileMode.Create, FileAccess.Write);
            var header = Header(shape);
            RandomAccess.Write(handle, header, 0);
            for (long written = 0; written < values.Length;)
            {
                var run = values.Slice((int)written, (int)Math.Min(values.Length - written, MaxFloatsPerWrite));
                RandomAccess.Write(handle, MemoryMarshal.AsBytes(run), header.Length + (written * sizeof(float)));
                written += run.Length;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new TensorFileException(path, $"can't be written: {e.Message}", e);
        }
    }

    /// <summary>The bytes of the file that <see cref="Write"/> makes.</summary>
    /// <param name="shape">The array's shape.</param>
    /// <param name="values">As many values as the shape has elements, C order.</param>
    /// <returns>Header and values.</returns>
    /// <exception cref="ArgumentException">The number of values is not the shape's element count.</exception>
    public static byte[] ToBytes(TensorShape shape, ReadOnlySpan<float> values)
    {
        RequireCount(shape, values);
        return [.. Header(shape), .. MemoryMarshal.AsBytes(values)];
    }

    /// <summary>Lists the one array of a .npy file.</summary>
    internal static TensorListing List(ByteSource file) =>
        new("npy", [NpyHeader.Read(file).Describe("", file)], TensorListing.NoMetadata);

    private static void RequireCount(TensorShape shape, ReadOnlySpan<float> values)
    {
        if (values.Length != shape.ElementCount)
        {
            throw new ArgumentException($"{values.Length} values for shape {shape}, which has {shape.ElementCount}.", nameof(values));
        }
    }

    private static byte[] Header(TensorShape shape)
    {
        var lengths = string.Join(", ", shape.ToArray());
        var tuple = shape.Rank == 1 ? $"({lengths},)" : $"({lengths})";
        var text = $"{{'descr': '<f4', 'fortran_order': False, 'shape': {tuple}, }}";
        if (shape.Rank > 0)
        {
            text += new string(' ', GrowthDigits - shape[0].ToString(CultureInfo.InvariantCulture).Length);
        }

        // Magic, two bytes of version and two of length; the header ends with a line feed. A header that fits gets a whole line more.
        var prefix = NpyHeader.Magic.Length + 4;
        var length = prefix + text.Length + 1;
        length += Alignment - (length % Alignment);
        var header = new byte[length];
        header.AsSpan().Fill((byte)' ');
        NpyHeader.Magic.CopyTo(header);
        header[6] = 1;
        header[7] = 0;
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)(length - prefix));
        Encoding.ASCII.GetBytes(text, header.AsSpan(prefix));
        header[^1] = (byte)'\n';
        return header;
    }
}
