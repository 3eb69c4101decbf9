using System.IO.Compression;
using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.Cli.Datasets.Formats;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>
/// A tar archive, as WebDataset's shards are. Its tensor files are samples, its pictures images; the texts, labels and metadata beside
/// them are passed over.
/// </summary>
/// <param name="path">The archive.</param>
/// <param name="compressed">Whether it lies within gzip; then its files are read into memory one by one.</param>
internal sealed class TarArchive(string path, bool compressed) : Archive(path)
{
    // The limits of the tensor file readers (gzip, zip): 64 MiB are believed, beyond 100-fold expansion up to 1 GiB.
    private const long TrustedLength = 64 << 20;
    private const long MaxExpansion = 100;
    private const long MaxLength = 1 << 30;

    /// <inheritdoc/>
    public override bool InOrderOnly => compressed;

    /// <inheritdoc/>
    public override IEnumerable<DatasetFile> Files(SourceKind kind, string idPrefix)
    {
        using var file = Open();
        using var stream = compressed ? new GZipStream(file, CompressionMode.Decompress) : (Stream)file;
        var members = new TarReader(stream);
        while (Guard(members.MoveNext))
        {
            var name = MemberName.Clean(members.Name, Path);
            var cache = new CacheFileName($"{Path}/{name}", FileExtensions.Strip(name));
            if (MemberName.Belongs(name, kind) && !LatentFormats.Skips(cache))
            {
                var id = idPrefix + LatentFormats.Source(cache).Image;
                yield return compressed
                    ? new FileInMemory(id, cache.Path, ArchiveKind.Tar, ReadContent(members, file.Length))
                    : new FileInArchive(id, Path, name, ArchiveKind.Tar, members.Offset, members.Length);
            }
        }
    }

    private FileStream Open()
    {
        try
        {
            return File.OpenRead(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"'{Path}' can't be read: {exception.Message}", exception);
        }
    }

    private byte[] ReadContent(TarReader members, long archiveLength)
    {
        var limit = Math.Min(MaxLength, Math.Max(TrustedLength, archiveLength * MaxExpansion));
        return members.Length <= limit
            ? Guard(members.ReadContent)
            : throw new DatasetException($"'{Path}': member '{members.Name}' claims {members.Length} bytes in an archive of {archiveLength}; "
                + $"at most {limit} are read out of gzip. Unpack it (gunzip).");
    }

    private T Guard<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new DatasetException($"'{Path}' can't be read: {exception.Message}", exception);
        }
    }
}
