using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>Writes PNG files of every kind that the format has; picture libraries write only the usual ones.</summary>
internal static class Png
{
    /// <summary>The format's number for grey.</summary>
    public const byte Grey = 0;

    /// <summary>The format's number for red, green, blue.</summary>
    public const byte Rgb = 2;

    /// <summary>The format's number for a palette.</summary>
    public const byte Palette = 3;

    /// <summary>The format's number for red, green, blue, alpha.</summary>
    public const byte Rgba = 6;

    private static readonly byte[] Signature = [0x89, .. "PNG\r\n"u8, 0x1a, (byte)'\n'];

    /// <summary>A file's bytes.</summary>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="bits">Bits of a sample: 8 or 16.</param>
    /// <param name="color">One of the kinds above.</param>
    /// <param name="samples">The samples, row by row.</param>
    /// <param name="palette">The colours of a palette, or none.</param>
    public static byte[] Of(int width, byte bits, byte color, byte[] samples, byte[]? palette = null)
    {
        var rowBytes = width * (bits / 8) * (color switch { Rgb => 3, Rgba => 4, _ => 1 });
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), samples.Length / rowBytes);
        (header[8], header[9]) = (bits, color);
        using var compressed = new MemoryStream();
        using (var zlib = new ZLibStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            foreach (var row in samples.Chunk(rowBytes))
            {
                zlib.WriteByte(0); // no filter
                zlib.Write(row);
            }
        }

        return
        [
            .. Signature,
            .. Chunk("IHDR", header),
            .. palette is null ? [] : Chunk("PLTE", palette),
            .. Chunk("IDAT", compressed.ToArray()),
            .. Chunk("IEND", []),
        ];
    }

    private static byte[] Chunk(string type, byte[] data)
    {
        byte[] named = [.. Encoding.ASCII.GetBytes(type), .. data];
        var (length, checksum) = (new byte[4], new byte[4]);
        BinaryPrimitives.WriteInt32BigEndian(length, data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(checksum, Crc32.HashToUInt32(named));
        return [.. length, .. named, .. checksum];
    }
}
