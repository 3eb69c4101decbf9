namespace PerceptualEval.TensorFiles;

/// <summary>Tells containers by their first bytes.</summary>
internal static class ContainerFormat
{
    private const int PrefixLength = 512;

    /// <summary>Lists what a file of any known container holds.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, hostile, or no tensor file.</exception>
    public static TensorListing List(FileSource file)
    {
        Span<byte> buffer = stackalloc byte[PrefixLength];
        var prefix = buffer[..(int)Math.Min(PrefixLength, file.Length)];
        file.Read(0, prefix);
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

    private static TensorListing ListArchive(FileSource file)
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
