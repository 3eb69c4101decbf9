namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>Reads over a struct of Thrift's compact protocol, as Parquet's footer and page headers are, and notes its whole numbers.</summary>
/// <param name="bytes">The struct and, perhaps, what follows it.</param>
internal ref struct ThriftStruct(ReadOnlySpan<byte> bytes)
{
    // Parquet's own structs are nested six deep.
    private const int MaxDepth = 32;

    private const int PathStep = 100;

    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly Dictionary<int, long> _numbers = [];
    private int _position;

    /// <summary>How many bytes the struct takes.</summary>
    public readonly int Length => _position;

    /// <summary>A whole number of the struct; null where it has none.</summary>
    /// <param name="path">The field's id, or 100 times that of the struct it is in, and its own.</param>
    public readonly long? Number(int path) => _numbers.TryGetValue(path, out var value) ? value : null;

    /// <summary>Reads over the struct.</summary>
    /// <exception cref="InvalidDataException">It claims more than its bytes hold, or is none.</exception>
    public void Read() => ReadFields(0, 0);

    private void ReadFields(int path, int depth)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidDataException($"a header has structs within structs, more than {MaxDepth} deep");
        }

        for (var id = 0; ;)
        {
            var field = ReadByte();
            if (field == 0)
            {
                return;
            }

            id = field >> 4 == 0 ? (int)ReadNumber() : id + (field >> 4);
            ReadValue(field & 0xf, (path * PathStep) + id, depth, isInList: false);
        }
    }

    private void ReadValue(int type, int path, int depth, bool isInList)
    {
        switch (type)
        {
            case 1 or 2: // true and false are in the type, except in lists
                Skip(isInList ? 1 : 0);
                break;
            case 3:
                Skip(1);
                break;
            case 4 or 5 or 6:
                var number = ReadNumber();
                if (!isInList && depth <= 1)
                {
                    _numbers[path] = number;
                }

                break;
            case 7:
                Skip(sizeof(double));
                break;
            case 8:
                Skip(ReadVarint());
                break;
            case 9 or 10:
                ReadList(depth + 1);
                break;
            case 12:
                ReadFields(path, depth + 1);
                break;
            default:
                throw new InvalidDataException($"a header has a field of the unknown type {type}");
        }
    }

    private void ReadList(int depth)
    {
        if (depth > MaxDepth)
        {
            throw new InvalidDataException($"a header has lists within lists, more than {MaxDepth} deep");
        }

        var list = ReadByte();
        var count = list >> 4 == 0xf ? ReadVarint() : (ulong)(list >> 4);
        if (count > (ulong)(_bytes.Length - _position))
        {
            throw new InvalidDataException($"a header claims a list of {count} entries in {_bytes.Length - _position} bytes");
        }

        for (var left = count; left > 0; left--)
        {
            ReadValue(list & 0xf, 0, depth, isInList: true);
        }
    }

    private long ReadNumber()
    {
        var value = ReadVarint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong ReadVarint()
    {
        var value = 0ul;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = ReadByte();
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new InvalidDataException("a header has a number of more than 64 bits");
    }

    private byte ReadByte()
    {
        Skip(1);
        return _bytes[_position - 1];
    }

    private void Skip(ulong count)
    {
        if (count > (ulong)(_bytes.Length - _position))
        {
            throw new InvalidDataException($"a header claims {count} bytes where {_bytes.Length - _position} are left: it is cut off or damaged");
        }

        _position += (int)count;
    }

    private void Skip(int count) => Skip((ulong)count);
}
