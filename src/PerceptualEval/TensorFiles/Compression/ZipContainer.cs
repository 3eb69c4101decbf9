using System.IO.Compression;
using PerceptualEval.TensorFiles.Sources;

namespace PerceptualEval.TensorFiles.Compression;

/// <summary>An open zip archive: the container of .npz files and of torch files since 1.6.</summary>
internal sealed class ZipContainer : IDisposable
{
    private readonly SourceStream _stream;
    private readonly ZipArchive _archive;
    private readonly Dictionary<string, ZipMember> _byName = new(StringComparer.Ordinal);
    private ZipMember? _active;

    /// <summary>Reads an archive's directory.</summary>
    /// <exception cref="InvalidDataException">The archive is damaged, or its directory claims what can't be true.</exception>
    public ZipContainer(ByteSource file)
    {
        File = file;
        _stream = new SourceStream(file);
        try
        {
            _archive = Guard("the archive", () => new ZipArchive(_stream, ZipArchiveMode.Read));
            long compressed = 0;
            foreach (var entry in Guard("the archive", () => _archive.Entries))
            {
                // Members that share their bytes are how small archives claim to be endless.
                compressed += entry.CompressedLength;
                if (entry.CompressedLength < 0 || compressed > file.Length)
                {
                    throw new InvalidDataException($"its zip members overlap, or claim more than the file's {file.Length} bytes; refused");
                }

                var member = new ZipMember(this, entry);
                if (!_byName.TryAdd(member.Name, member))
                {
                    throw new InvalidDataException($"its zip archive has two members '{member.Name}'; refused");
                }
            }
        }
        catch
        {
            Dispose();
            throw;
        }

        Members = [.. _byName.Values];
    }

    /// <summary>The members, in the order of the archive's directory.</summary>
    public IReadOnlyList<ZipMember> Members { get; }

    /// <summary>The file that the archive lies in.</summary>
    public ByteSource File { get; }

    /// <summary>A member by its full name; null where there is none.</summary>
    public ZipMember? Find(string name) => _byName.GetValueOrDefault(name);

    public void Dispose()
    {
        _active?.Close();
        _archive?.Dispose();
        _stream.Dispose();
    }

    /// <summary>Opens a member's stream. Only one is open at a time, since each holds a decompressor.</summary>
    internal Stream Open(ZipMember member, ZipArchiveEntry entry)
    {
        _active?.Close();
        _active = member;
        return Guard($"member '{member.Name}'", entry.Open);
    }

    /// <summary>Where a stored member's bytes lie in the file; null where they are compressed.</summary>
    /// <remarks>
    /// ZipArchive does not tell. But a stored member's stream reads straight from the archive's, so that after one byte the
    /// latter stands behind it.
    /// </remarks>
    internal long? FindStoredBytes(Stream member) => member is DeflateStream || member.ReadByte() < 0 ? null : _stream.Position - 1;

    /// <summary>Runs code of ZipArchive and says in our words what it finds wrong.</summary>
    internal static T Guard<T>(string place, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is InvalidDataException or NotSupportedException or ArgumentException or OverflowException or IOException)
        {
            throw new InvalidDataException($"its zip archive is damaged or of an unknown kind, at {place} ({e.Message}); copy or download it again", e);
        }
    }
}
