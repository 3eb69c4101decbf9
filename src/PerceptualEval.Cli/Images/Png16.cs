using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace PerceptualEval.Cli.Images;

/// <summary>Decodes PNG files of 16 bits a sample without losing any: Skia hands out 8 of them.</summary>
/// <remarks>
/// Follows the PNG specification, third edition (W3C): chunks with their checksums, the five filters, Adam7 interlacing and tRNS
/// colour keys. Every chunk up to IEND must be whole and its checksum right.
/// </remarks>
internal static class Png16
{
    // A chunk is its length (4 bytes), type (4), data and CRC (4).
    private const int ChunkOverhead = 12;

    // IHDR comes first: bit depth, colour type and interlace method lie at fixed places of the file.
    private const int BitDepthAt = 24;
    private const int ColourTypeAt = 25;
    private const int InterlaceAt = 28;

    // Deflate can't shrink more than that (258 bytes in 2 bits); a picture that claims more is hostile.
    private const long MaxDeflateRatio = 1032;

    // First column, first row, column step and row step of the seven passes.
    private static readonly (int X, int Y, int StepX, int StepY)[] Adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    private static readonly (int X, int Y, int StepX, int StepY)[] OnePass = [(0, 0, 1, 1)];

    /// <summary>Whether the bytes begin a PNG of 16 bits a sample.</summary>
    public static bool IsPng16(ReadOnlySpan<byte> file) =>
        file.StartsWith(ImageBytes.PngSignature) && file.Length > InterlaceAt && file[BitDepthAt] == 16;

    /// <summary>Decodes the pixels.</summary>
    /// <param name="path">The file's path, for errors.</param>
    /// <param name="file">The whole file; <see cref="IsPng16"/> holds.</param>
    /// <param name="height">Its rows, as its header says; bounded by the caller.</param>
    /// <param name="width">Its columns, likewise.</param>
    /// <returns>Red, green, blue and alpha of every pixel, row by row; alpha is 65535 where the file has none.</returns>
    /// <exception cref="ImageFileException">The data is damaged or cut off.</exception>
    public static ushort[] DecodeRgba(string path, ReadOnlySpan<byte> file, int height, int width)
    {
        try
        {
            var channels = file[ColourTypeAt] switch { 0 => 1, 2 => 3, 4 => 2, 6 => 4, var type => throw Damaged($"has colour type {type}") };
            using var packed = new MemoryStream();
            var transparentKey = ReadChunks(file, packed);
            if (2L * channels * width * height > packed.Length * MaxDeflateRatio)
            {
                throw Damaged($"has {packed.Length} bytes of data for {height}x{width} pixels");
            }

            packed.Position = 0;
            using var scanlines = new ZLibStream(packed, CompressionMode.Decompress);
            var rgba = GC.AllocateUninitializedArray<ushort>(4 * width * height);
            foreach (var (x, y, stepX, stepY) in file[InterlaceAt] == 0 ? OnePass : Adam7)
            {
                var columns = (width - x + stepX - 1) / stepX;
                if (columns > 0)
                {
                    DecodePass(scanlines, columns, channels, transparentKey, rgba, width, (x, y, stepX, stepY));
                }
            }

            return rgba;
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            throw new ImageFileException(path, $"the 16-bit PNG is damaged or cut off: {e.Message} Get the whole file.", e);
        }
    }

    /// <summary>Gathers the IDAT chunks; returns the colour that is transparent, empty where there is none.</summary>
    private static ushort[] ReadChunks(ReadOnlySpan<byte> file, MemoryStream packed)
    {
        ushort[] transparentKey = [];
        var rest = file[ImageBytes.PngSignature.Length..];
        while (true)
        {
            if (rest.Length < ChunkOverhead || BinaryPrimitives.ReadUInt32BigEndian(rest) > (uint)(rest.Length - ChunkOverhead))
            {
                throw Damaged($"ends inside a chunk, after {file.Length} bytes");
            }

            var length = BinaryPrimitives.ReadInt32BigEndian(rest);
            var type = rest.Slice(4, 4);
            var data = rest.Slice(8, length);
            if (Crc32.HashToUInt32(rest.Slice(4, 4 + length)) != BinaryPrimitives.ReadUInt32BigEndian(rest[(8 + length)..]))
            {
                throw Damaged($"chunk at byte {file.Length - rest.Length} has a wrong checksum");
            }

            if (type.SequenceEqual("IEND"u8))
            {
                return transparentKey;
            }

            if (type.SequenceEqual("IDAT"u8))
            {
                packed.Write(data);
            }
            else if (type.SequenceEqual("tRNS"u8))
            {
                transparentKey = new ushort[length / sizeof(ushort)];
                ReadBigEndian(data[..(transparentKey.Length * sizeof(ushort))], transparentKey);
            }

            rest = rest[(ChunkOverhead + length)..];
        }
    }

    private static void DecodePass(
        ZLibStream scanlines, int columns, int channels, ushort[] transparentKey, ushort[] rgba, int width,
        (int X, int Y, int StepX, int StepY) pass)
    {
        var pixelBytes = channels * sizeof(ushort);
        // One pixel of zeros lies left of each row: the filters look there.
        var row = new byte[pixelBytes + columns * pixelBytes];
        var above = new byte[row.Length];
        var samples = new ushort[columns * channels];
        for (var y = pass.Y; y < rgba.Length / 4 / width; y += pass.StepY)
        {
            var filter = scanlines.ReadByte();
            scanlines.ReadExactly(row, pixelBytes, row.Length - pixelBytes);
            Unfilter(filter, row, above, pixelBytes);
            ReadBigEndian(row.AsSpan(pixelBytes), samples);
            for (var i = 0; i < columns; i++)
            {
                var pixel = rgba.AsSpan(4 * (y * width + pass.X + i * pass.StepX), 4);
                ToRgba(samples.AsSpan(i * channels, channels), transparentKey, pixel);
            }

            (row, above) = (above, row);
        }
    }

    private static void Unfilter(int filter, byte[] row, byte[] above, int pixelBytes)
    {
        for (var i = pixelBytes; i < row.Length; i++)
        {
            var (left, up, corner) = (row[i - pixelBytes], above[i], above[i - pixelBytes]);
            row[i] += filter switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (byte)((left + up) / 2),
                4 => Paeth(left, up, corner),
                _ => throw Damaged($"has a row with filter {filter}"),
            };
        }
    }

    private static byte Paeth(byte left, byte up, byte corner)
    {
        var (toLeft, toUp, toCorner) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - 2 * corner));
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    private static void ToRgba(ReadOnlySpan<ushort> samples, ReadOnlySpan<ushort> transparentKey, Span<ushort> rgba)
    {
        var colours = samples.Length < 3 ? 1 : 3;
        rgba[0] = samples[0];
        rgba[1] = samples[colours / 2];
        rgba[2] = samples[colours - 1];
        rgba[3] = samples.Length > colours ? samples[colours]
            : transparentKey.SequenceEqual(samples) ? (ushort)0
            : ushort.MaxValue;
    }

    private static void ReadBigEndian(ReadOnlySpan<byte> bytes, Span<ushort> values)
    {
        bytes.CopyTo(MemoryMarshal.AsBytes(values));
        if (BitConverter.IsLittleEndian)
        {
            BinaryPrimitives.ReverseEndianness(values, values);
        }
    }

    private static InvalidDataException Damaged(string finding) => new($"it {finding}.");
}
