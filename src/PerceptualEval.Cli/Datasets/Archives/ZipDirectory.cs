using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>Goes through the directory of a zip archive, which stands at its end, member by member; Zip64 included.</summary>
/// <remarks>
/// System.IO.Compression.ZipArchive is not used because it holds the whole directory, hundreds of megabytes for the 1.3 million latents
/// of ImageNet, and does not say where members lie. Field places are those of PKWARE's APPNOTE.TXT, sections 4.3 and 4.5.3.
/// </remarks>
/// <param name="archive">The open archive; stays the caller's.</param>
internal sealed class ZipDirectory(SafeFileHandle archive)
{
    private const int EndBytes = 22;
    private const int LocatorBytes = 20;
    private const int End64Bytes = 56;
    private const int EntryBytes = 46;
    private const int LocalHeaderBytes = 30;
    private const int MaxFieldBytes = ushort.MaxValue;
    private const ushort Zip64Field = 1;

    private readonly long _archiveLength = RandomAccess.GetLength(archive);
    private readonly byte[] _window = new byte[EntryBytes + (3 * MaxFieldBytes)];
    private long _windowAt;
    private int _windowCount;
    private long _membersLeft = -1;
    private long _next;
    private long _end;
    private long _headerAt;

    /// <summary>The current member's name; ends in a slash where it is a folder.</summary>
    public string Name { get; private set; } = "";

    /// <summary>How it is stored: 0 as it is, 8 deflated.</summary>
    public int Method { get; private set; }

    /// <summary>Whether it takes a password.</summary>
    public bool IsEncrypted { get; private set; }

    /// <summary>The CRC-32 of its content.</summary>
    public uint Crc { get; private set; }

    /// <summary>How many bytes of the archive it takes.</summary>
    public long StoredLength { get; private set; }

    /// <summary>How many bytes it has.</summary>
    public long Length { get; private set; }

    /// <summary>Goes to the next member.</summary>
    /// <returns>False behind the last one.</returns>
    /// <exception cref="InvalidDataException">The directory is damaged, or there is none.</exception>
    public bool MoveNext()
    {
        if (_membersLeft < 0)
        {
            FindDirectory();
        }

        if (_membersLeft == 0)
        {
            return false;
        }

        var entry = Read(_next, EntryBytes, _end);
        if (!entry.StartsWith("PK\u0001\u0002"u8))
        {
            throw Damaged($"has something else than a member at byte {_next}");
        }

        var (name, extra, comment) = (UInt16(entry, 28), UInt16(entry, 30), UInt16(entry, 32));
        entry = Read(_next, EntryBytes + name + extra + comment, _end);
        IsEncrypted = (UInt16(entry, 8) & 1) != 0;
        Method = UInt16(entry, 10);
        Crc = UInt32(entry, 16);
        (StoredLength, Length, _headerAt) = (UInt32(entry, 20), UInt32(entry, 24), UInt32(entry, 42));
        // Names that are not UTF-8 are in some code page; the letters that ids are made of are the same in all.
        Name = Encoding.UTF8.GetString(entry.Slice(EntryBytes, name));
        ReadZip64(entry.Slice(EntryBytes + name, extra));
        _next += entry.Length;
        _membersLeft--;
        return true;
    }

    /// <summary>Where the current member's content begins in the archive.</summary>
    /// <exception cref="InvalidDataException">There is no member where the directory says, or it does not end before the directory.</exception>
    public long FindContent()
    {
        Span<byte> header = stackalloc byte[LocalHeaderBytes];
        if (_headerAt < 0 || _headerAt > _archiveLength - LocalHeaderBytes
            || RandomAccess.Read(archive, header, _headerAt) < LocalHeaderBytes || !header.StartsWith("PK\u0003\u0004"u8))
        {
            throw Damaged($"places member '{Name}' at byte {_headerAt}, where there is none");
        }

        var at = _headerAt + LocalHeaderBytes + UInt16(header, 26) + UInt16(header, 28);
        return StoredLength >= 0 && Length >= 0 && StoredLength <= _archiveLength - at
            ? at
            : throw Damaged($"says that member '{Name}' takes {StoredLength} bytes from byte {at} on, of {_archiveLength} in all");
    }

    private void FindDirectory()
    {
        // A comment may follow the end record; its length tells the record from bytes that look like one.
        var tailAt = Math.Max(0, _archiveLength - EndBytes - MaxFieldBytes);
        var tail = Read(tailAt, (int)(_archiveLength - tailAt), _archiveLength);
        for (var i = tail.Length - EndBytes; i >= 0; i--)
        {
            if (tail[i..].StartsWith("PK\u0005\u0006"u8) && i + EndBytes + UInt16(tail, i + 20) == tail.Length)
            {
                var end = tail.Slice(i, EndBytes);
                Begin(tailAt + i, UInt16(end, 10), UInt32(end, 12), UInt32(end, 16));
                return;
            }
        }

        throw new InvalidDataException("it does not end as a zip archive does: it is cut off, or no zip. Copy or download it again.");
    }

    private void Begin(long endAt, long members, long length, long start)
    {
        // More than 65,535 members, or 4 GiB: the numbers stand in a record before this one, and a locator between says where.
        var locator = endAt >= LocatorBytes ? Read(endAt - LocatorBytes, LocatorBytes, endAt) : [];
        if (locator.StartsWith("PK\u0006\u0007"u8))
        {
            var end64 = Read(Int64(locator, 8), End64Bytes, endAt);
            if (!end64.StartsWith("PK\u0006\u0006"u8))
            {
                throw Damaged("is said to be described where nothing describes it");
            }

            (members, length, start) = (Int64(end64, 32), Int64(end64, 40), Int64(end64, 48));
        }

        if (members < 0 || start < 0 || length < 0 || length > endAt - start || members > length / EntryBytes)
        {
            throw Damaged($"is said to have {members} members in {length} bytes from byte {start} on, of {_archiveLength} in all");
        }

        (_membersLeft, _next, _end) = (members, start, start + length);
    }

    // Lengths and places that don't fit 32 bits, in this order, each only where it does not.
    private void ReadZip64(ReadOnlySpan<byte> extra)
    {
        while (extra.Length >= 4)
        {
            var length = UInt16(extra, 2);
            var field = extra[4..];
            if (length > field.Length)
            {
                throw Damaged($"has a property of {length} bytes at member '{Name}', where {field.Length} are left");
            }

            if (UInt16(extra, 0) == Zip64Field)
            {
                field = field[..length];
                (Length, StoredLength, _headerAt) = (Widen(Length, ref field), Widen(StoredLength, ref field), Widen(_headerAt, ref field));
                return;
            }

            extra = field[length..];
        }
    }

    private long Widen(long value, ref ReadOnlySpan<byte> field)
    {
        if (value != uint.MaxValue)
        {
            return value;
        }

        if (field.Length < sizeof(long))
        {
            throw Damaged($"lacks a length or place of member '{Name}'");
        }

        value = Int64(field, 0);
        field = field[sizeof(long)..];
        return value;
    }

    // Bytes of the archive by way of a window: the directory is read in pieces of that size.
    private ReadOnlySpan<byte> Read(long at, int count, long end)
    {
        if (at < 0 || count > end - at)
        {
            throw Damaged($"goes on at byte {at} beyond its end at {end}");
        }

        if (at < _windowAt || at + count > _windowAt + _windowCount)
        {
            (_windowAt, _windowCount) = (at, 0);
            while (_windowCount < count)
            {
                var read = RandomAccess.Read(archive, _window.AsSpan(_windowCount), at + _windowCount);
                _windowCount += read > 0 ? read : throw Damaged("is cut off");
            }
        }

        return _window.AsSpan((int)(at - _windowAt), count);
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint UInt32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long Int64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    private static InvalidDataException Damaged(string problem) => new($"its directory {problem}: the archive is damaged. Copy or download it again.");
}
