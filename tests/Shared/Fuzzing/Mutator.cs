using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PerceptualEval.TestSupport.Fuzzing;

/// <summary>Damages files as storage, cut-off copies and attackers do. The same seed makes the same damage.</summary>
/// <param name="seed">The seed.</param>
internal sealed class Mutator(int seed)
{
    private const int MaxLength = 64 * 1024;

    // The borders of integer types, where size computations go wrong.
    private static readonly long[] Integers =
        [0, 1, 2, 3, 4, 7, 8, 16, 63, 64, 100, 127, 128, 255, 256, 512, 1 << 15, 65535, 65536, 1 << 20, 1 << 24, 1 << 26, 1L << 30,
         int.MaxValue - 1, int.MaxValue, 1L << 31, uint.MaxValue, 1L << 32, 1L << 40, 1L << 48, 1L << 62, long.MaxValue - 1, long.MaxValue, -1, -2, int.MinValue, long.MinValue];

    private readonly Random _random = new(seed);

    /// <summary>A damaged copy of a file: one to eight changes.</summary>
    /// <param name="content">The file.</param>
    /// <param name="other">A file to take pieces from.</param>
    public byte[] Mutate(byte[] content, byte[] other)
    {
        var bytes = content;
        for (var changes = 1 << _random.Next(4); changes > 0; changes--)
        {
            bytes = Change(bytes, other);
        }

        return bytes;
    }

    /// <summary>A number from 0 on, below a limit.</summary>
    public int Next(int limit) => _random.Next(limit);

    private byte[] Change(byte[] bytes, byte[] other)
    {
        if (bytes.Length == 0)
        {
            return [.. other.AsSpan(0, Math.Min(other.Length, 64))];
        }

        var at = Place(bytes.Length);
        return _random.Next(9) switch
        {
            0 => bytes[..at],
            1 => With(bytes, at, [(byte)(bytes[at] ^ (1 << _random.Next(8)))]),
            2 => With(bytes, at, [(byte)_random.Next(256)]),
            3 => With(bytes, at, Integer()),
            4 => Decimal(bytes, at),
            5 => Splice(bytes, at, 0, Piece(bytes)), // a piece twice
            6 => Splice(bytes, at, _random.Next(64), []), // a piece lost
            7 => Splice(bytes, at, 0, Piece(other)),
            _ => With(bytes, at, Piece(other)),
        };
    }

    // Headers come first or, in zip archives, last.
    private int Place(int length) => _random.Next(4) switch
    {
        0 => _random.Next(length),
        1 => length - 1 - _random.Next(Math.Min(length, 128)),
        _ => _random.Next(Math.Min(length, 512)),
    };

    private byte[] Integer()
    {
        Span<byte> bytes = stackalloc byte[8];
        var value = Integers[_random.Next(Integers.Length)];
        if (_random.Next(4) == 0)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, value);
            return [.. bytes[(8 - (1 << _random.Next(4)))..]];
        }

        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return [.. bytes[..(1 << _random.Next(4))]];
    }

    // Another number in a text header: a shape, an offset, an octal length.
    private byte[] Decimal(byte[] bytes, int at)
    {
        var start = bytes.AsSpan(at).IndexOfAnyInRange((byte)'0', (byte)'9');
        if (start < 0)
        {
            return With(bytes, at, Integer());
        }

        start += at;
        var length = bytes.AsSpan(start).IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        length = length < 0 ? bytes.Length - start : length;
        var number = Encoding.ASCII.GetBytes(Integers[_random.Next(Integers.Length)].ToString(CultureInfo.InvariantCulture));
        return _random.Next(2) == 0 ? Splice(bytes, start, length, number) : With(bytes, start, number.AsSpan(0, Math.Min(number.Length, length)));
    }

    private ReadOnlySpan<byte> Piece(byte[] bytes)
    {
        var at = Place(bytes.Length);
        return bytes.AsSpan(at, Math.Min(1 + _random.Next(1 << _random.Next(10)), bytes.Length - at));
    }

    private static byte[] With(byte[] bytes, int at, ReadOnlySpan<byte> piece)
    {
        var changed = (byte[])bytes.Clone();
        piece[..Math.Min(piece.Length, bytes.Length - at)].CopyTo(changed.AsSpan(at));
        return changed;
    }

    private static byte[] Splice(byte[] bytes, int at, int removed, ReadOnlySpan<byte> piece)
    {
        byte[] changed = [.. bytes.AsSpan(0, at), .. piece, .. bytes.AsSpan(Math.Min(bytes.Length, at + removed))];
        return changed.Length <= MaxLength ? changed : changed[..MaxLength];
    }
}
