using System.Globalization;
using System.Text;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>Goes through a tar archive from front to back.</summary>
/// <remarks>
/// System.Formats.Tar is not used because it takes memory for what a header claims: 3 KiB of archive make it allocate 1 GiB.
/// </remarks>
/// <param name="stream">The archive; where it can seek, content that nobody asks for is not read. Stays the caller's.</param>
internal sealed class TarReader(Stream stream)
{
    // Names and properties of one member; PATH_MAX is 4096.
    private const int MaxPropertiesLength = 1 << 20;

    private readonly byte[] _block = new byte[TarHeader.BlockBytes];
    private readonly byte[] _scratch = new byte[64 * 1024];
    private long _position;
    private long _next;

    /// <summary>Where the current member's content begins in the archive.</summary>
    public long Offset { get; private set; }

    /// <summary>How many bytes the current member has.</summary>
    public long Length { get; private set; }

    /// <summary>The current member's name.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Goes to the next file; folders, links and devices are passed over.</summary>
    /// <returns>False at the end of the archive.</returns>
    /// <exception cref="InvalidDataException">The archive is damaged or cut off, or of a kind that is not read.</exception>
    public bool MoveNext()
    {
        string? longName = null;
        long? longLength = null;
        while (true)
        {
            SkipTo(_next);
            ReadExactly(_block);
            if (_block.AsSpan().IndexOfAnyExcept((byte)0) < 0)
            {
                return false;
            }

            var header = TarHeader.Read(_block);
            // Links, devices and folders have no content, whatever their length says.
            Begin(header.Type is >= '1' and <= '6' ? 0 : longLength ?? header.Length);
            switch (header.Type)
            {
                case 'L':
                    longName = TarHeader.Text(ReadProperties());
                    break;
                case 'x':
                    ReadPaxRecords(ReadProperties(), ref longName, ref longLength);
                    break;
                case 'S':
                    throw new InvalidDataException("a member is stored sparse; expected plain files. Make the archive without --sparse.");
                case '0' or '7' when !(longName ?? header.Name).EndsWith('/'):
                    Name = longName ?? header.Name;
                    return true;
                case 'g' or 'K': // properties of all members, the target of a link
                    break;
                default:
                    (longName, longLength) = (null, null);
                    break;
            }
        }
    }

    /// <summary>Reads the current member's content. Memory is taken as its bytes arrive.</summary>
    /// <exception cref="InvalidDataException">The archive is cut off or damaged.</exception>
    public byte[] ReadContent()
    {
        using var content = new MemoryStream((int)Math.Min(Length, _scratch.Length));
        while (content.Length < Length)
        {
            var chunk = _scratch.AsSpan(0, (int)Math.Min(_scratch.Length, Length - content.Length));
            ReadExactly(chunk);
            content.Write(chunk);
        }

        return content.ToArray();
    }

    private void Begin(long length)
    {
        (Offset, Length) = (_position, length);
        var end = (Int128)_position + length;
        if (end > (stream.CanSeek ? stream.Length : long.MaxValue - TarHeader.BlockBytes))
        {
            throw new InvalidDataException($"its member at byte {_position} claims {length} bytes; the archive is cut off or damaged");
        }

        _next = (long)end + (TarHeader.BlockBytes - 1) & -TarHeader.BlockBytes;
    }

    private byte[] ReadProperties() => Length <= MaxPropertiesLength
        ? ReadContent()
        : throw new InvalidDataException($"the properties of a member claim {Length} bytes; at most {MaxPropertiesLength} are read");

    // Records are "length key=value\n", where the length counts its own digits.
    private static void ReadPaxRecords(ReadOnlySpan<byte> records, ref string? name, ref long? length)
    {
        while (!records.IsEmpty)
        {
            var space = records.IndexOf((byte)' ');
            if (space < 0 || !int.TryParse(records[..space], NumberStyles.None, CultureInfo.InvariantCulture, out var recordLength)
                || recordLength <= space + 1 || recordLength > records.Length)
            {
                throw new InvalidDataException("a member's pax properties are damaged");
            }

            var record = Encoding.UTF8.GetString(records[(space + 1)..(recordLength - 1)]);
            if (record.StartsWith("path=", StringComparison.Ordinal))
            {
                name = record["path=".Length..];
            }
            else if (record.StartsWith("size=", StringComparison.Ordinal))
            {
                length = long.TryParse(record.AsSpan("size=".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                    ? size
                    : throw new InvalidDataException("a member's pax size is no number");
            }
            else if (record.StartsWith("GNU.sparse.", StringComparison.Ordinal))
            {
                throw new InvalidDataException("a member is stored sparse; expected plain files. Make the archive without --sparse.");
            }

            records = records[recordLength..];
        }
    }

    private void SkipTo(long position)
    {
        if (stream.CanSeek)
        {
            stream.Position = _position = position;
        }

        while (_position < position)
        {
            ReadExactly(_scratch.AsSpan(0, (int)Math.Min(_scratch.Length, position - _position)));
        }
    }

    private void ReadExactly(Span<byte> destination)
    {
        var count = stream.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        _position += count;
        if (count < destination.Length)
        {
            throw new InvalidDataException($"it ends at byte {_position} without an end mark: it is cut off. Copy or download it again.");
        }
    }
}
