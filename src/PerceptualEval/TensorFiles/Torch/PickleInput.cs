using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using PerceptualEval.TensorFiles.Sources;

namespace PerceptualEval.TensorFiles.Torch;

/// <summary>The bytes of a pickle, read in order; nothing is allocated for more than there is.</summary>
internal sealed class PickleInput(ByteSource source, long position = 0)
{
    private const int WindowBytes = 16 * 1024;

    // Integers of more bytes than this (a 2048-bit one) are no data of ours, and slow to print.
    private const int MaxIntegerBytes = 256;

    private byte[] _window = [];
    private long _windowStart = position;
    private int _next;

    /// <summary>The place of the next byte in the source.</summary>
    public long Position => _windowStart + _next;

    public byte Byte() => Take(1)[0];

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public double DoubleBigEndian() => BinaryPrimitives.ReadDoubleBigEndian(Take(8));

    public void Skip(long count)
    {
        RequireAvailable((ulong)count);
        _windowStart = Position + count;
        (_window, _next) = ([], 0);
    }

    public byte[] Bytes(ulong count)
    {
        RequireAvailable(count);
        var bytes = new byte[count];
        source.Read(Position, bytes);
        Skip((long)count);
        return bytes;
    }

    /// <summary>UTF-8 text, as Python 3 writes; lone surrogates become replacement characters.</summary>
    public string Text(ulong byteCount) =>
        byteCount <= WindowBytes ? Encoding.UTF8.GetString(Take((int)byteCount)) : Encoding.UTF8.GetString(Bytes(byteCount));

    /// <summary>Text up to a line feed, which is stepped over.</summary>
    public string Line()
    {
        const int MaxLine = 1024;
        var available = (int)Math.Min(MaxLine, source.Length - Position);
        var length = Peek(available).IndexOf((byte)'\n');
        if (length < 0)
        {
            throw new InvalidDataException($"its pickle is damaged: no line end within {available} bytes from byte {Position} on");
        }

        var line = Text((ulong)length);
        Take(1);
        return line;
    }

    /// <summary>A two's complement integer: long where it fits, else BigInteger.</summary>
    public object Integer(uint byteCount)
    {
        if (byteCount > MaxIntegerBytes)
        {
            throw new InvalidDataException($"its pickle holds an integer of {byteCount} bytes; at most {MaxIntegerBytes} are read");
        }

        var value = new BigInteger(Take((int)byteCount));
        return value >= long.MinValue && value <= long.MaxValue ? (object)(long)value : value;
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        var bytes = Peek(count);
        _next += count;
        return bytes;
    }

    private ReadOnlySpan<byte> Peek(int count)
    {
        if (count > _window.Length - _next)
        {
            RequireAvailable((ulong)count);
            _windowStart = Position;
            _next = 0;
            var length = (int)Math.Min(WindowBytes, source.Length - _windowStart);
            if (_window.Length != length)
            {
                _window = new byte[length];
            }

            source.Read(_windowStart, _window);
        }

        return _window.AsSpan(_next, count);
    }

    private void RequireAvailable(ulong count)
    {
        if (count > (ulong)(source.Length - Position))
        {
            throw new InvalidDataException(
                $"its pickle is cut off: {count} bytes wanted at byte {Position}, {source.Length - Position} left; copy or download it again");
        }
    }
}
