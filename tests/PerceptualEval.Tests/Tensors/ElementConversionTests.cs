using System.Buffers.Binary;
using PerceptualEval.Tensors;

namespace PerceptualEval.Tests.Tensors;

/// <summary>Every conversion against a loop that does one value at a time, from the definition of the format.</summary>
public sealed class ElementConversionTests
{
    public static TheoryData<ElementType> Types => [.. Enum.GetValues<ElementType>()];

    [Theory]
    [InlineData(ElementType.Float8E4M3)]
    [InlineData(ElementType.Float8E5M2)]
    [InlineData(ElementType.Int8)]
    [InlineData(ElementType.UInt8)]
    [InlineData(ElementType.Bool)]
    public void ToSingle_AllOneByteValues_AreExact(ElementType type) =>
        AssertAgrees(type, [.. Enumerable.Range(0, 256).Select(value => (byte)value)]);

    [Theory]
    [InlineData(ElementType.Float16)]
    [InlineData(ElementType.BFloat16)]
    [InlineData(ElementType.Int16)]
    [InlineData(ElementType.UInt16)]
    public void ToSingle_AllTwoByteValues_AreExact(ElementType type) =>
        AssertAgrees(type, [.. Enumerable.Range(0, 65536).SelectMany(value => BitConverter.GetBytes((ushort)value))]);

    [Theory]
    [MemberData(nameof(Types))]
    public void ToSingle_RandomBitsOfAnyLength_AgreeWithOneAtATime(ElementType type)
    {
        var random = new Random(7);
        foreach (var count in (int[])[0, 1, 3, 4, 7, 8, 15, 16, 17, 31, 33, 63, 65, 1000])
        {
            var source = new byte[count * type.ByteSize()];
            random.NextBytes(source);
            AssertAgrees(type, source);
        }
    }

    [Fact]
    public void ToSingle_OfSpecialFloat64Values_RoundsToNearest()
    {
        double[] values = [double.NaN, double.PositiveInfinity, double.NegativeInfinity, -0.0, double.Epsilon, 1e-310, 1e-40, 1.4e-45, 7e-46,
            1e39, -1e39, float.MaxValue, 3.4028235677973366e38, 3.4028235677973364e38, 1 + 5.9604644775390625e-8, 1 + 1.7881393432617188e-7, 0.1];

        AssertAgrees(ElementType.Float64, [.. values.SelectMany(BitConverter.GetBytes)]);
    }

    [Fact]
    public void ToSingle_OfExtremeIntegers_RoundsToNearest()
    {
        long[] values = [long.MinValue, long.MaxValue, -1, 0, 1, (1L << 24) + 1, (1L << 53) + 1, -(1L << 40) - 1, 9007199791611905];

        AssertAgrees(ElementType.Int64, [.. values.SelectMany(BitConverter.GetBytes)]);
        AssertAgrees(ElementType.UInt64, [.. values.SelectMany(BitConverter.GetBytes)]);
        AssertAgrees(ElementType.Int32, [.. values.SelectMany(BitConverter.GetBytes)]);
        AssertAgrees(ElementType.UInt32, [.. values.SelectMany(BitConverter.GetBytes)]);
    }

    [Theory]
    [InlineData(0x7E, 448f)]
    [InlineData(0xFE, -448f)]
    [InlineData(0x01, 0.001953125f)]
    [InlineData(0x38, 1f)]
    [InlineData(0x7F, float.NaN)]
    public void ToSingle_OfE4M3_HasTheValuesOfTheOcpTable(byte code, float expected)
    {
        var value = new float[1];

        ElementConversion.ToSingle(ElementType.Float8E4M3, [code], value);

        Assert.Equal(expected, value[0]);
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void ToSingle_WithTheWrongLength_Throws(ElementType type) =>
        Assert.Throws<ArgumentException>(() => ElementConversion.ToSingle(type, new byte[type.ByteSize() + 1], new float[1]));

    [Theory]
    [MemberData(nameof(Types))]
    public void ReverseByteOrder_OfAnyType_ReversesEveryValue(ElementType type)
    {
        var size = type.ByteSize();
        var source = Enumerable.Range(0, 19 * size).Select(i => (byte)(i * 37)).ToArray();
        var expected = source.Chunk(size).SelectMany(value => value.Reverse()).ToArray();

        ElementConversion.ReverseByteOrder(source, size);

        Assert.Equal(expected, source);
    }

    private static void AssertAgrees(ElementType type, byte[] source)
    {
        var size = type.ByteSize();
        var found = new float[source.Length / size];

        ElementConversion.ToSingle(type, source, found);

        for (var i = 0; i < found.Length; i++)
        {
            var expected = Scalar(type, source.AsSpan(i * size, size));
            Assert.True(
                float.IsNaN(expected) ? float.IsNaN(found[i]) : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(found[i]),
                $"{type} {Convert.ToHexString(source, i * size, size)}: {found[i]:R}, expected {expected:R}");
        }
    }

    private static float Scalar(ElementType type, ReadOnlySpan<byte> value) => type switch
    {
        ElementType.Float32 => BinaryPrimitives.ReadSingleLittleEndian(value),
        ElementType.Float16 => Decode(BinaryPrimitives.ReadUInt16LittleEndian(value), exponentBits: 5, mantissaBits: 10),
        ElementType.BFloat16 => Decode(BinaryPrimitives.ReadUInt16LittleEndian(value), exponentBits: 8, mantissaBits: 7),
        ElementType.Float64 => (float)BinaryPrimitives.ReadDoubleLittleEndian(value),
        ElementType.Float8E4M3 => (value[0] & 0x7f) == 0x7f ? float.NaN : Decode(value[0], exponentBits: 4, mantissaBits: 3, hasInfinity: false),
        ElementType.Float8E5M2 => Decode(value[0], exponentBits: 5, mantissaBits: 2),
        ElementType.Int8 => (sbyte)value[0],
        ElementType.UInt8 => value[0],
        ElementType.Int16 => BinaryPrimitives.ReadInt16LittleEndian(value),
        ElementType.UInt16 => BinaryPrimitives.ReadUInt16LittleEndian(value),
        ElementType.Int32 => BinaryPrimitives.ReadInt32LittleEndian(value),
        ElementType.UInt32 => BinaryPrimitives.ReadUInt32LittleEndian(value),
        ElementType.Int64 => BinaryPrimitives.ReadInt64LittleEndian(value),
        ElementType.UInt64 => BinaryPrimitives.ReadUInt64LittleEndian(value),
        ElementType.Bool => value[0] == 0 ? 0 : 1,
        _ => throw new ArgumentOutOfRangeException(nameof(type)),
    };

    /// <summary>Sign, exponent and mantissa to a number, in float64, where nothing rounds.</summary>
    private static float Decode(int code, int exponentBits, int mantissaBits, bool hasInfinity = true)
    {
        var mantissa = code & ((1 << mantissaBits) - 1);
        var exponent = (code >> mantissaBits) & ((1 << exponentBits) - 1);
        var bias = (1 << (exponentBits - 1)) - 1;
        var magnitude = hasInfinity && exponent == (1 << exponentBits) - 1
            ? (mantissa == 0 ? double.PositiveInfinity : double.NaN)
            : exponent == 0
                ? mantissa * Math.Pow(2, 1 - bias - mantissaBits)
                : ((1 << mantissaBits) + mantissa) * Math.Pow(2, exponent - bias - mantissaBits);
        return (float)(code >> (exponentBits + mantissaBits) == 0 ? magnitude : -magnitude);
    }
}
