using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.Cli.Datasets.Formats;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>A zip archive of files, as the dataset tools of EDM2 and REPA write; its members lie there as they are, or deflated.</summary>
/// <param name="path">The archive.</param>
internal sealed class ZippedFolder(string path) : Archive(path)
{
    private const int Stored = 0;
    private const int Deflated = 8;

    /// <inheritdoc/>
    public override bool InOrderOnly => false;

    /// <inheritdoc/>
    public override IEnumerable<DatasetFile> Files(SourceKind? kind, string idPrefix)
    {
        using var archive = Guard(() => File.OpenHandle(Path));
        var members = Guard(() => new ZipDirectory(archive));
        while (Guard(members.MoveNext))
        {
            if (members.Name.EndsWith('/'))
            {
                continue;
            }

            var name = MemberName.Clean(members.Name, Path);
            var cache = new CacheFileName($"{Path}/{name}", FileExtensions.Strip(name));
            if (MemberName.Belongs(name, cache, kind))
            {
                yield return Guard(() => Member(members, idPrefix + LatentFormats.Source(cache).Image, name));
            }
        }
    }

    private DatasetFile Member(ZipDirectory members, string id, string name)
    {
        if (members.IsEncrypted || members.Method is not (Stored or Deflated) || (members.Method == Stored && members.StoredLength != members.Length))
        {
            throw new InvalidDataException(members.IsEncrypted ? $"its member '{name}' is encrypted. Make the archive again without a password."
                : members.Method == Stored ? $"its member '{name}' has {members.Length} bytes and takes {members.StoredLength}: the archive is damaged."
                : $"its member '{name}' is compressed by method {members.Method}; stored and deflated ones are read. Make the archive again, for example with zip -0.");
        }

        var content = members.FindContent();
        return members.Method == Stored
            ? new FileInArchive(id, Path, name, ArchiveKind.Zip, content, members.Length)
            : new DeflatedFile(id, Path, name, content, members.StoredLength, members.Length, members.Crc);
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"'{Path}' can't be read: {exception.Message}", exception);
        }
    }
}
