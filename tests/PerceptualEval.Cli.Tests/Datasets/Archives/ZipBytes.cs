using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;

namespace PerceptualEval.Cli.Tests.Datasets.Archives;

/// <summary>Makes zip archives with the platform's writer, which the reader under test does not use.</summary>
internal static class ZipBytes
{
    /// <summary>An archive of files that are stored as they are.</summary>
    public static byte[] Of(params (string Name, byte[] Content)[] files) => Of(CompressionLevel.NoCompression, files);

    /// <summary>An archive of files.</summary>
    public static byte[] Of(CompressionLevel level, params (string Name, byte[] Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var member = archive.CreateEntry(name, level).Open();
                member.Write(content);
            }
        }

        return stream.ToArray();
    }

    /// <summary>An archive of one stored file with all its numbers in Zip64's 64-bit fields, as archives beyond 4 GiB have them.</summary>
    public static byte[] Of64(string name, byte[] content)
    {
        var nameBytes = Encoding.UTF8.GetBytes(name);
        byte[] local = [.. "PK\u0003\u0004"u8, 45, 0, 0, 0, 0, 0, .. new byte[4], .. Bytes(Crc32.HashToUInt32(content)), .. Bytes(uint.MaxValue), .. Bytes(uint.MaxValue),
            (byte)nameBytes.Length, 0, 20, 0, .. nameBytes, 1, 0, 16, 0, .. Bytes((long)content.Length), .. Bytes((long)content.Length)];
        byte[] entry = [.. "PK\u0001\u0002"u8, 45, 0, 45, 0, 0, 0, 0, 0, .. new byte[4], .. Bytes(Crc32.HashToUInt32(content)), .. Bytes(uint.MaxValue), .. Bytes(uint.MaxValue),
            (byte)nameBytes.Length, 0, 28, 0, .. new byte[10], .. Bytes(uint.MaxValue), .. nameBytes, 1, 0, 24, 0, .. Bytes((long)content.Length), .. Bytes((long)content.Length), .. Bytes(0L)];
        long directoryAt = local.Length + content.Length;
        byte[] end64 = [.. "PK\u0006\u0006"u8, .. Bytes(44L), 45, 0, 45, 0, .. new byte[8], .. Bytes(1L), .. Bytes(1L), .. Bytes((long)entry.Length), .. Bytes(directoryAt)];
        byte[] locator = [.. "PK\u0006\u0007"u8, .. new byte[4], .. Bytes(directoryAt + entry.Length), 1, 0, 0, 0];
        byte[] end = [.. "PK\u0005\u0006"u8, .. new byte[4], 0xff, 0xff, 0xff, 0xff, .. Bytes(uint.MaxValue), .. Bytes(uint.MaxValue), 0, 0];
        return [.. local, .. content, .. entry, .. end64, .. locator, .. end];
    }

    private static byte[] Bytes(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Bytes(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }
}
