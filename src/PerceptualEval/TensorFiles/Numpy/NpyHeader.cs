using System.Buffers.Binary;
using System.Text;
using PerceptualEval.TensorFiles.Sources;
using PerceptualEval.Tensors;

namespace PerceptualEval.TensorFiles.Numpy;

/// <summary>The header of a .npy file or npz member, versions 1.0 to 3.0: magic, version, length, a Python dict literal.</summary>
/// <remarks>The format is described in numpy's <c>numpy.lib.format</c>.</remarks>
/// <param name="Shape">The array's shape.</param>
/// <param name="Type">The type of its values.</param>
/// <param name="BigEndian">Whether values are stored most significant byte first.</param>
/// <param name="FortranOrder">Whether the first dimension is the innermost.</param>
/// <param name="DataOffset">Where the values begin.</param>
internal sealed record NpyHeader(TensorShape Shape, ElementType Type, bool BigEndian, bool FortranOrder, int DataOffset)
{
    // What a version 1.0 header can be at most; numpy refuses more than 10,000 characters of untrusted header.
    private const int MaxHeaderLength = ushort.MaxValue;

    /// <summary>The bytes that every .npy file begins with: 0x93 and NUMPY.</summary>
    public static ReadOnlySpan<byte> Magic => [0x93, (byte)'N', (byte)'U', (byte)'M', (byte)'P', (byte)'Y'];

    /// <summary>Reads the header at the beginning of a file or zip member.</summary>
    /// <exception cref="InvalidDataException">The header is damaged, or its type is not numeric.</exception>
    public static NpyHeader Read(ByteSource source)
    {
        Span<byte> prefix = stackalloc byte[12];
        prefix = prefix[..(int)Math.Min(prefix.Length, source.Length)];
        source.Read(0, prefix);
        if (prefix.Length < 12 || !prefix.StartsWith(Magic))
        {
            throw new InvalidDataException("has no complete .npy header; the file is cut off or damaged");
        }

        var (major, minor) = (prefix[6], prefix[7]);
        if (major is < 1 or > 3 || minor != 0)
        {
            throw new InvalidDataException($".npy version {major}.{minor}; versions 1.0, 2.0 and 3.0 are read");
        }

        var start = major == 1 ? 10 : 12;
        var length = major == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(prefix[8..]) : BinaryPrimitives.ReadUInt32LittleEndian(prefix[8..]);
        if (length > MaxHeaderLength || length > source.Length - start)
        {
            throw new InvalidDataException(
                $"claims a .npy header of {length} bytes; {source.Length - start} bytes follow and at most {MaxHeaderLength} are read");
        }

        var text = new byte[length];
        source.Read(start, text);
        return Parse((major == 3 ? Encoding.UTF8 : Encoding.Latin1).GetString(text), start + (int)length);
    }

    /// <summary>The tensor that follows the header.</summary>
    public StoredTensor Describe(string name, ByteSource source) =>
        new(new TensorEntry(name, Shape, Type), source, DataOffset, BigEndian, FortranOrder ? FortranStrides() : null);

    private static NpyHeader Parse(string text, int dataOffset)
    {
        var literal = new PythonLiteral(text);
        string? type = null;
        bool? fortranOrder = null;
        long[]? dimensions = null;
        literal.Expect('{');
        while (!literal.TryTake('}'))
        {
            var key = literal.String();
            literal.Expect(':');
            switch (key)
            {
                case "descr" when literal.Peek() == '[':
                    throw new InvalidDataException("holds a structured array; expected plain numbers. Save one field of it.");
                case "descr":
                    type = literal.String();
                    break;
                case "fortran_order":
                    fortranOrder = literal.Bool();
                    break;
                case "shape":
                    dimensions = literal.IntegerTuple();
                    break;
                default:
                    throw new InvalidDataException($"its .npy header has the unknown key '{key}'; expected descr, fortran_order, shape");
            }

            if (!literal.TryTake(','))
            {
                literal.Expect('}');
                break;
            }
        }

        literal.ExpectEnd();
        if (type is null || fortranOrder is null || dimensions is null)
        {
            throw new InvalidDataException("its .npy header lacks descr, fortran_order or shape; the file is damaged");
        }

        if (!TensorShape.TryCountElements(dimensions, out _))
        {
            throw new InvalidDataException($"its .npy header has the impossible shape ({string.Join(", ", dimensions)}); the file is damaged");
        }

        return new NpyHeader(new TensorShape(dimensions), NumpyType.Parse(type), NumpyType.IsBigEndian(type), fortranOrder.Value, dataOffset);
    }

    private long[] FortranStrides()
    {
        var strides = new long[Shape.Rank];
        var stride = 1L;
        for (var i = 0; i < strides.Length; i++)
        {
            strides[i] = stride;
            stride *= Math.Max(Shape[i], 1);
        }

        return strides;
    }
}
