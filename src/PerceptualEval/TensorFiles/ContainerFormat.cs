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
        if (prefix.StartsWith(NpyHeader.Magic))
        {
            return NpyFile.List(file);
        }

        throw new InvalidDataException("is not a tensor file I know (npy, npz, safetensors, torch)");
    }
}
