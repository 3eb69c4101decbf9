using System.Buffers.Binary;
using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace PerceptualEval.Tensors;

/// <summary>Turns stored values of any <see cref="ElementType"/> into float32.</summary>
/// <remarks>
/// Every type narrower than float32 converts exactly; float64 and the wider integers round to nearest, ties to even. Not-a-number
/// stays not-a-number (its payload may change) and infinities stay infinite.
/// </remarks>
public static class ElementConversion
{
    private static readonly float[] Float8E4M3Values = Tabulate(DecodeFloat8E4M3);

    // E5M2 is the upper byte of a binary16.
    private static readonly float[] Float8E5M2Values = Tabulate(code => (float)BitConverter.UInt16BitsToHalf((ushort)(code << 8)));

    /// <summary>Converts a run of stored values.</summary>
    /// <param name="type">How the values are stored.</param>
    /// <param name="source">The stored values, little-endian: <paramref name="destination"/>'s length × the type's size bytes.</param>
    /// <param name="destination">Memory of the caller, one float32 a value; must not overlap the source.</param>
    /// <exception cref="ArgumentException">The lengths do not agree.</exception>
    public static void ToSingle(ElementType type, ReadOnlySpan<byte> source, Span<float> destination)
    {
        if (source.Length != (long)destination.Length * type.ByteSize())
        {
            throw new ArgumentException($"{source.Length} bytes for {destination.Length} values of {type}.", nameof(source));
        }

        switch (type)
        {
            case ElementType.Float32:
                source.CopyTo(MemoryMarshal.AsBytes(destination));
                break;
            case ElementType.Float16:
                TensorPrimitives.ConvertToSingle(MemoryMarshal.Cast<byte, Half>(source), destination);
                break;
            case ElementType.BFloat16:
                ConvertBFloat16(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            case ElementType.Float64:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, double>(source), destination);
                break;
            case ElementType.Float8E4M3:
                LookUp(Float8E4M3Values, source, destination);
                break;
            case ElementType.Float8E5M2:
                LookUp(Float8E5M2Values, source, destination);
                break;
            case ElementType.Int8:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, sbyte>(source), destination);
                break;
            case ElementType.UInt8:
                TensorPrimitives.ConvertTruncating(source, destination);
                break;
            case ElementType.Int16:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, short>(source), destination);
                break;
            case ElementType.UInt16:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, ushort>(source), destination);
                break;
            case ElementType.Int32:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, int>(source), destination);
                break;
            case ElementType.UInt32:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, uint>(source), destination);
                break;
            case ElementType.Int64:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, long>(source), destination);
                break;
            case ElementType.UInt64:
                TensorPrimitives.ConvertTruncating(MemoryMarshal.Cast<byte, ulong>(source), destination);
                break;
            case ElementType.Bool:
                ConvertBool(source, destination);
                break;
        }
    }

    /// <summary>Swaps the bytes of every value in place, from big-endian to little-endian or back.</summary>
    /// <param name="values">Whole values.</param>
    /// <param name="elementSize">Bytes a value: 1, 2, 4 or 8.</param>
    internal static void ReverseByteOrder(Span<byte> values, int elementSize)
    {
        switch (elementSize)
        {
            case 2:
                var shorts = MemoryMarshal.Cast<byte, ushort>(values);
                BinaryPrimitives.ReverseEndianness(shorts, shorts);
                break;
            case 4:
                var ints = MemoryMarshal.Cast<byte, uint>(values);
                BinaryPrimitives.ReverseEndianness(ints, ints);
                break;
            case 8:
                var longs = MemoryMarshal.Cast<byte, ulong>(values);
                BinaryPrimitives.ReverseEndianness(longs, longs);
                break;
        }
    }

    private static void ConvertBFloat16(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var target = MemoryMarshal.Cast<float, uint>(destination);
        var i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out var lower, out var upper);
            (lower << 16).CopyTo(target[i..]);
            (upper << 16).CopyTo(target[(i + Vector<uint>.Count)..]);
        }

        for (; i < source.Length; i++)
        {
            target[i] = (uint)source[i] << 16;
        }
    }

    // Writers store 0 and 1, but any other byte means true as well.
    private static void ConvertBool(ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = source[i] == 0 ? 0f : 1f;
        }
    }

    private static void LookUp(float[] table, ReadOnlySpan<byte> source, Span<float> destination)
    {
        for (var i = 0; i < source.Length; i++)
        {
            destination[i] = table[source[i]];
        }
    }

    private static float[] Tabulate(Func<int, float> decode) => [.. Enumerable.Range(0, 256).Select(decode)];

    // OCP 8-bit floating point, E4M3: bias 7, no infinities, S.1111.111 is not-a-number.
    private static float DecodeFloat8E4M3(int code)
    {
        var exponent = (code >> 3) & 15;
        var mantissa = code & 7;
        var magnitude = (exponent, mantissa) switch
        {
            (15, 7) => float.NaN,
            (0, _) => MathF.ScaleB(mantissa, -9),
            _ => MathF.ScaleB(8 + mantissa, exponent - 10),
        };
        return (code & 0x80) == 0 ? magnitude : -magnitude;
    }
}
