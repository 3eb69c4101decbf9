using System.IO.Compression;
using System.IO.Hashing;
using PerceptualEval.TensorFiles.Sources;

namespace PerceptualEval.TensorFiles.Compression;

/// <summary>A member of a zip archive: read straight from the file where it is stored, from front to back where it is compressed.</summary>
/// <remarks>Once all bytes have passed by in order, they are checked against the archive's CRC-32, as Python does.</remarks>
internal sealed class ZipMember : ByteSource
{
    /// <summary>A compressed member may be this large whatever its compressed size; beyond, it may expand <see cref="MaxExpansion"/>-fold.</summary>
    public const long TrustedLength = 64 << 20;

    /// <summary>How many times its compressed size a large member may have.</summary>
    public const int MaxExpansion = 100;

    // Deflate's longest match is 258 bytes in two bits: 1032 to one. 64 KiB more are allowed for tiny members.
    private const int DeflateLimit = 1032;
    private const int SkipBytes = 64 * 1024;

    // Compressed bytes are unpacked from their beginning whenever a reader goes back; strides can ask for that at every value.
    private const int MaxPasses = 100;

    private readonly ZipContainer _container;
    private readonly ZipArchiveEntry _entry;
    private readonly Crc32 _crc = new();
    private Stream? _stream;
    private long _streamPosition;
    private long? _storedAt;
    private long _hashed;
    private int _passes;

    public ZipMember(ZipContainer container, ZipArchiveEntry entry)
    {
        _container = container;
        _entry = entry;
        var compressed = entry.CompressedLength;
        if (entry.IsEncrypted)
        {
            throw new InvalidDataException($"its zip member '{Name}' is encrypted; expected a plain one");
        }

        if (Length < 0 || Length > (Math.Max(compressed, 0) * DeflateLimit) + SkipBytes
            || (Length > TrustedLength && Length / MaxExpansion > compressed))
        {
            throw new InvalidDataException(
                $"its zip member '{Name}' claims {Length} bytes out of {compressed}; at most {MaxExpansion}-fold is read beyond "
                + $"{TrustedLength} bytes. Save it uncompressed.");
        }
    }

    public string Name => _entry.FullName;

    public override long Length => _entry.Length;

    public override void Read(long offset, Span<byte> destination)
    {
        if (destination.Length > Length - offset)
        {
            throw EndsEarly(Length);
        }

        if (destination.IsEmpty)
        {
            return;
        }

        if (_stream is null && _storedAt is null)
        {
            Open();
        }

        if (_storedAt is { } place)
        {
            _container.File.Read(place + offset, destination);
            Check(offset, destination);
        }
        else
        {
            SkipTo(offset);
            ReadStream(destination);
        }
    }

    /// <summary>Closes the decompressor, if it is open.</summary>
    internal void Close()
    {
        _stream?.Dispose();
        _stream = null;
    }

    private void Open()
    {
        if (++_passes > MaxPasses)
        {
            throw new InvalidDataException(
                $"its zip member '{Name}' is compressed, and its values lie so that it had to be unpacked more than {MaxPasses} times. Save it uncompressed.");
        }

        _stream = _container.Open(this, _entry);
        _streamPosition = 0;
        if (_entry.CompressedLength == Length)
        {
            _storedAt = ZipContainer.Guard($"member '{Name}'", () => _container.FindStoredBytes(_stream));
            if (_storedAt is not null)
            {
                Close();
            }
        }
    }

    private void SkipTo(long offset)
    {
        if (offset < _streamPosition || _stream is null)
        {
            Close();
            Open();
        }

        if (offset > _streamPosition)
        {
            var scratch = new byte[(int)Math.Min(SkipBytes, offset - _streamPosition)];
            while (offset > _streamPosition)
            {
                ReadStream(scratch.AsSpan(0, (int)Math.Min(scratch.Length, offset - _streamPosition)));
            }
        }
    }

    private void ReadStream(Span<byte> destination)
    {
        var filled = 0;
        try
        {
            filled = _stream!.ReadAtLeast(destination, destination.Length, throwOnEndOfStream: false);
        }
        catch (Exception e) when (e is InvalidDataException or IOException)
        {
            throw new InvalidDataException($"its zip member '{Name}' does not decompress ({e.Message}); copy or download the file again", e);
        }

        if (filled < destination.Length)
        {
            throw EndsEarly(_streamPosition + filled);
        }

        Check(_streamPosition, destination);
        _streamPosition += destination.Length;
    }

    private void Check(long offset, ReadOnlySpan<byte> bytes)
    {
        var seen = _hashed - offset;
        if (seen < 0 || seen >= bytes.Length)
        {
            return;
        }

        _crc.Append(bytes[(int)seen..]);
        _hashed = offset + bytes.Length;
        if (_hashed == Length && _crc.GetCurrentHashAsUInt32() != _entry.Crc32)
        {
            throw new InvalidDataException(
                $"its zip member '{Name}' has CRC-32 {_crc.GetCurrentHashAsUInt32():x8}, expected {_entry.Crc32:x8}: its bytes are damaged; "
                + "copy or download the file again");
        }
    }

    private InvalidDataException EndsEarly(long end) =>
        new($"its zip member '{Name}' ends at byte {end}, before its content does; the file is damaged");
}
