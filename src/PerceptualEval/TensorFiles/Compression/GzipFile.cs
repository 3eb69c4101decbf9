using System.Buffers.Binary;
using System.IO.Compression;
using PerceptualEval.TensorFiles.Sources;

namespace PerceptualEval.TensorFiles.Compression;

/// <summary>A tensor file within gzip, as SimpleTuner's <c>compress_cache</c> writes: unpacked into memory as a whole.</summary>
internal static class GzipFile
{
    // A latent of a long video has tens of megabytes. What is larger than this was not meant to be read at random from gzip.
    private const long MaxLength = 1L << 30;

    // What is allocated before a byte has been unpacked, at most.
    private const int MaxFirstBuffer = 1 << 20;

    private const int TrailerBytes = 4;

    /// <summary>Whether a file with these first bytes is a gzip file: its magic number and the one method there is.</summary>
    public static bool Recognises(ReadOnlySpan<byte> prefix) => prefix is [0x1f, 0x8b, 8, ..];

    /// <summary>Unpacks a file.</summary>
    /// <exception cref="InvalidDataException">It is damaged, or unpacks to more than is read.</exception>
    public static MemorySource Unpack(ByteSource file)
    {
        var limit = Math.Min(MaxLength, Math.Max(ZipMember.TrustedLength, file.Length * ZipMember.MaxExpansion));
        var claimed = ReadTrailer(file);
        using var unpacked = new MemoryStream((int)Math.Min(MaxFirstBuffer, claimed));
        using var gzip = new GZipStream(new SourceStream(file), CompressionMode.Decompress);
        var chunk = new byte[StoredTensor.ChunkBytes];
        for (int count; (count = Inflate(gzip, chunk)) > 0;)
        {
            if (unpacked.Length + count > limit)
            {
                throw new InvalidDataException(
                    $"unpacks to more than {limit} bytes out of {file.Length}: gzip files are read up to {ZipMember.TrustedLength} bytes, "
                    + $"or {ZipMember.MaxExpansion}-fold up to {MaxLength}. Unpack it first (gunzip).");
            }

            unpacked.Write(chunk.AsSpan(0, count));
        }

        // GZipStream checks the CRC-32 where there is one, but takes a file whose end is missing as complete.
        if ((uint)unpacked.Length != claimed)
        {
            throw new InvalidDataException(
                $"unpacks to {unpacked.Length} bytes; its gzip says {claimed}. It is cut off, or several gzip files in one; copy it again, or unpack it first (gunzip).");
        }

        return new MemorySource(unpacked.GetBuffer().AsMemory(0, (int)unpacked.Length));
    }

    private static int Inflate(GZipStream gzip, byte[] chunk)
    {
        try
        {
            return gzip.Read(chunk);
        }
        catch (InvalidDataException e)
        {
            throw new InvalidDataException($"its gzip does not unpack ({e.Message}); copy or download the file again", e);
        }
    }

    // The last four bytes say how long the content is, modulo 2^32: a hint before, a check afterwards.
    private static uint ReadTrailer(ByteSource file)
    {
        Span<byte> trailer = stackalloc byte[TrailerBytes];
        file.Read(Math.Max(0, file.Length - TrailerBytes), trailer);
        return BinaryPrimitives.ReadUInt32LittleEndian(trailer);
    }
}
