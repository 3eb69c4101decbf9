using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>A file that lies uncompressed within an archive, and is read from there.</summary>
/// <param name="id">What it pairs by.</param>
/// <param name="archivePath">The archive.</param>
/// <param name="name">Its name there.</param>
/// <param name="archive">The kind of archive.</param>
/// <param name="offset">Where its bytes begin in the archive.</param>
/// <param name="length">How many there are.</param>
internal sealed class FileInArchive(string id, string archivePath, string name, ArchiveKind archive, long offset, long length) : DatasetFile(id)
{
    /// <inheritdoc/>
    public override string Path => $"{archivePath}/{name}";

    /// <inheritdoc/>
    public override ArchiveKind? Archive => archive;

    /// <inheritdoc/>
    public override TensorFile OpenTensors() => TensorFile.Open(archivePath, offset, length, Path);

    /// <inheritdoc/>
    public override TensorBuffer ReadPicture() => ImageFile.Decode(Path, ReadBytes());

    /// <inheritdoc/>
    public override ImageSize ReadPictureSize() => ImageFile.ReadSize(Path, ReadBytes());

    private byte[] ReadBytes()
    {
        try
        {
            using var file = File.OpenHandle(archivePath);
            if (length > Math.Min(ImageFile.MaxFileBytes, RandomAccess.GetLength(file) - offset))
            {
                throw new ImageFileException(Path, $"claims {length} bytes; at most {ImageFile.MaxFileBytes} are read, and the archive must hold them.");
            }

            var bytes = new byte[length];
            for (var filled = 0; filled < bytes.Length;)
            {
                var count = RandomAccess.Read(file, bytes.AsSpan(filled), offset + filled);
                filled += count > 0 ? count : throw new ImageFileException(Path, "is cut off: the archive has become shorter.");
            }

            return bytes;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ImageFileException(Path, $"can't be read: {exception.Message}", exception);
        }
    }
}
