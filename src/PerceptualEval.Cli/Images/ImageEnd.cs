using System.Buffers.Binary;

namespace PerceptualEval.Cli.Images;

/// <summary>
/// Tells files that end too early where Skia does not: it shows a progressive JPEG that is cut between two scans as a coarse
/// picture, and a WebP whose EXIF block, which comes last, is missing the wrong way up.
/// </summary>
internal static class ImageEnd
{
    private const byte Marker = 0xFF;

    // JPEG markers (ITU-T T.81, table B.1).
    private const byte Stuffing = 0x00;
    private const byte Temporary = 0x01;
    private const byte FirstRestart = 0xD0;
    private const byte StartOfImage = 0xD8;
    private const byte EndOfImage = 0xD9;

    /// <summary>Whether a JPEG has no end marker, or a WebP is shorter than its header says.</summary>
    public static bool IsMissing(ReadOnlySpan<byte> file) =>
        ImageBytes.IsJpeg(file) ? !HasEndOfImage(file)
        : ImageBytes.IsWebp(file) && BinaryPrimitives.ReadUInt32LittleEndian(file[4..]) + 8L > file.Length;

    /// <summary>Walks from segment to segment: a thumbnail inside one has an end marker of its own.</summary>
    private static bool HasEndOfImage(ReadOnlySpan<byte> rest)
    {
        while (rest.IndexOf(Marker) is >= 0 and var at && at + 1 < rest.Length)
        {
            var length = 0;
            switch (rest[at + 1])
            {
                case EndOfImage:
                    return true;
                case Marker:
                    // A fill byte: the marker's code is still to come.
                    rest = rest[(at + 1)..];
                    continue;
                case Stuffing or Temporary or (>= FirstRestart and <= StartOfImage):
                    break;
                default:
                    length = at + 4 <= rest.Length ? BinaryPrimitives.ReadUInt16BigEndian(rest[(at + 2)..]) : rest.Length;
                    break;
            }

            rest = rest[Math.Min(at + 2 + length, rest.Length)..];
        }

        return false;
    }
}
