using PerceptualEval.TensorFiles.Compression;
using PerceptualEval.TensorFiles.Numpy;
using PerceptualEval.TensorFiles.Safetensors;
using PerceptualEval.TensorFiles.Sources;
using PerceptualEval.TensorFiles.Torch;

namespace PerceptualEval.TensorFiles;

/// <summary>Tells containers by their first bytes.</summary>
internal static class ContainerFormat
{
    private const int PrefixLength = 512;

    /// <summary>Lists what a file of any known container holds, also within gzip.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, hostile, or no tensor file.</exception>
    public static TensorListing List(ByteSource file)
    {
        Span<byte> buffer = stackalloc byte[PrefixLength];
        var prefix = ReadPrefix(file, buffer);
        if (!GzipFile.Recognises(prefix))
        {
            return List(file, prefix);
        }

        // Once: gzip within gzip is no file that anybody writes, and a way to expand a million-fold.
        var unpacked = GzipFile.Unpack(file);
        return List(unpacked, ReadPrefix(unpacked, buffer));
    }

    private static ReadOnlySpan<byte> ReadPrefix(ByteSource file, Span<byte> buffer)
    {
        var prefix = buffer[..(int)Math.Min(buffer.Length, file.Length)];
        file.Read(0, prefix);
        return prefix;
    }

    private static TensorListing List(ByteSource file, ReadOnlySpan<byte> prefix)
    {
        // First, because its eight bytes of header length can look like the beginning of anything. Zeros at the end of them and a
        // brace behind them are as good as a magic number.
        if (SafetensorsFile.Recognises(prefix))
        {
            return SafetensorsFile.List(file);
        }

        if (prefix.StartsWith(NpyHeader.Magic))
        {
            return NpyFile.List(file);
        }

        if (prefix.StartsWith("PK\u0003\u0004"u8) || prefix.StartsWith("PK\u0005\u0006"u8))
        {
            return ListArchive(file);
        }

        if (LegacyTorchFile.Recognises(prefix))
        {
            return LegacyTorchFile.List(file);
        }

        throw new InvalidDataException($"is not a tensor file I know (npy, npz, safetensors, torch); it {ForeignFormat.Describe(prefix)}");
    }

    private static TensorListing ListArchive(ByteSource file)
    {
        var archive = new ZipContainer(file);
        try
        {
            return TorchFile.Recognises(archive) ? TorchFile.List(archive)
                : NpzFile.Recognises(archive) ? NpzFile.List(archive)
                : throw new InvalidDataException("is a zip archive with neither .npy members (npz) nor a data.pkl (torch)");
        }
        catch
        {
            archive.Dispose();
            throw;
        }
    }
}
