namespace PerceptualEval.Cli.Images;

/// <summary>Loads the bytes of files that begin like images.</summary>
internal static class ImageBytes
{
    // Enough for every signature: RIFF, four bytes of length, WEBP.
    private const int SignatureBytes = 12;

    /// <summary>The eight bytes that begin a PNG file.</summary>
    public static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)'\r', (byte)'\n', 0x1A, (byte)'\n'];

    /// <summary>Whether the bytes begin like a JPEG file.</summary>
    public static bool IsJpeg(ReadOnlySpan<byte> bytes) => bytes.StartsWith<byte>([0xFF, 0xD8, 0xFF]);

    /// <summary>Whether the bytes begin like a WebP file.</summary>
    public static bool IsWebp(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= SignatureBytes && bytes.StartsWith("RIFF"u8) && bytes[8..].StartsWith("WEBP"u8);

    /// <summary>Reads a file after looking at its first bytes: what is no image is not loaded.</summary>
    /// <param name="path">The file.</param>
    /// <param name="maxLength">The largest file that is read, in bytes.</param>
    /// <param name="wanted">Read this many bytes at most.</param>
    /// <returns>The file's first bytes, or all of them.</returns>
    /// <exception cref="ImageFileException">The file is missing, unreadable, empty, too large, or not an image.</exception>
    public static byte[] Read(string path, int maxLength, int wanted = int.MaxValue)
    {
        try
        {
            using var file = File.OpenHandle(path);
            var length = RandomAccess.GetLength(file);
            Span<byte> start = stackalloc byte[SignatureBytes];
            start = start[..ReadFully(file, start)];
            if (!IsImage(start))
            {
                throw new ImageFileException(path, start.IsEmpty
                    ? "is empty; expected a PNG, JPEG, WebP, GIF or BMP image."
                    : $"begins with the bytes {Convert.ToHexString(start)}; expected a PNG, JPEG, WebP, GIF or BMP image.");
            }

            if (length > maxLength)
            {
                throw new ImageFileException(path, $"has {length} bytes; image files of up to {maxLength} are read. Make it smaller.");
            }

            var bytes = GC.AllocateUninitializedArray<byte>((int)Math.Min(length, wanted));
            var read = ReadFully(file, bytes);
            return read == bytes.Length ? bytes : bytes[..read];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ImageFileException(path, "does not exist. Check the path.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new ImageFileException(path, $"can't be read: {e.Message}", e);
        }
    }

    private static bool IsImage(ReadOnlySpan<byte> start) =>
        start.StartsWith(PngSignature)
        || IsJpeg(start)
        || start.StartsWith("GIF87a"u8)
        || start.StartsWith("GIF89a"u8)
        || start.StartsWith("BM"u8)
        || IsWebp(start);

    private static int ReadFully(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> destination)
    {
        var total = 0;
        while (total < destination.Length && RandomAccess.Read(file, destination[total..], total) is > 0 and var read)
        {
            total += read;
        }

        return total;
    }
}
