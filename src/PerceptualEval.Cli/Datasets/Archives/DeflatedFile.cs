using System.IO.Compression;
using System.IO.Hashing;
using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>A file that lies deflated within a zip archive: unpacked into memory as a whole, each time that it is read.</summary>
/// <param name="id">What it pairs by.</param>
/// <param name="archivePath">The archive.</param>
/// <param name="name">Its name there.</param>
/// <param name="offset">Where its deflated bytes begin in the archive.</param>
/// <param name="storedLength">How many there are.</param>
/// <param name="length">How many bytes it has.</param>
/// <param name="crc">Their CRC-32.</param>
internal sealed class DeflatedFile(string id, string archivePath, string name, long offset, long storedLength, long length, uint crc) : DatasetFile(id)
{
    private const int ChunkBytes = 64 * 1024;

    /// <inheritdoc/>
    public override string Path => $"{archivePath}/{name}";

    /// <inheritdoc/>
    public override ArchiveKind? Archive => ArchiveKind.Zip;

    /// <inheritdoc/>
    public override TensorFile OpenTensors() => TensorFile.Open(Unpack((problem, cause) => new TensorFileException(Path, problem, cause)), Path);

    /// <inheritdoc/>
    public override TensorBuffer ReadPicture() => ImageFile.Decode(Path, UnpackPicture());

    /// <inheritdoc/>
    public override ImageSize ReadPictureSize() => ImageFile.ReadSize(Path, UnpackPicture());

    private byte[] UnpackPicture() => Unpack((problem, cause) => new ImageFileException(Path, problem, cause));

    private byte[] Unpack(Func<string, Exception?, Exception> refuse)
    {
        var limit = Archives.Archive.MostUnpacked(storedLength);
        if (length > limit)
        {
            throw refuse($"claims {length} bytes out of {storedLength}; at most {limit} are unpacked. Store it, for example with zip -0.", null);
        }

        byte[] content;
        try
        {
            content = Inflate();
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            throw refuse($"can't be unpacked: {exception.Message}", exception);
        }

        return content.Length == length && Crc32.HashToUInt32(content) == crc
            ? content
            : throw refuse($"unpacks to other bytes than were packed: {content.Length}, expected {length} with the CRC-32 {crc:x8}. The archive is damaged; copy or download it again.", null);
    }

    // Memory is taken as bytes arrive, and no more than a chunk beyond what there should be.
    private byte[] Inflate()
    {
        using var archive = File.OpenRead(archivePath);
        archive.Position = offset;
        using var inflate = new DeflateStream(archive, CompressionMode.Decompress);
        using var content = new MemoryStream((int)Math.Min(length, ChunkBytes));
        var chunk = new byte[ChunkBytes];
        for (int count; content.Length <= length && (count = inflate.Read(chunk)) > 0;)
        {
            content.Write(chunk.AsSpan(0, count));
        }

        return content.ToArray();
    }
}
