using System.Formats.Tar;
using System.IO.Compression;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets.Archives;

/// <summary>Makes tar archives with the platform's writer, which the reader under test does not use.</summary>
internal static class TarBytes
{
    /// <summary>An archive of files.</summary>
    public static byte[] Of(params (string Name, byte[] Content)[] files) => Of(TarEntryFormat.Ustar, files);

    /// <summary>An archive of files, in one of tar's dialects.</summary>
    public static byte[] Of(TarEntryFormat format, params (string Name, byte[] Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, format, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                writer.WriteEntry(Entry(format, name, content));
            }
        }

        // The platform writes nothing where there are no files; tar programs write the end mark, two blocks of zeros.
        return files.Length > 0 ? stream.ToArray() : new byte[1024];
    }

    /// <summary>The content within gzip.</summary>
    public static byte[] Gzip(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return stream.ToArray();
    }

    /// <summary>A .npy file of one latent [4,2,2] whose 16 values count up from a first one.</summary>
    public static byte[] Latent(float first)
    {
        using var folder = new TemporaryFolder();
        return File.ReadAllBytes(folder.Latent("a.npy", first));
    }

    private static TarEntry Entry(TarEntryFormat format, string name, byte[] content)
    {
        TarEntry entry = format switch
        {
            TarEntryFormat.V7 => new V7TarEntry(TarEntryType.V7RegularFile, name),
            TarEntryFormat.Gnu => new GnuTarEntry(TarEntryType.RegularFile, name),
            TarEntryFormat.Pax => new PaxTarEntry(TarEntryType.RegularFile, name),
            _ => new UstarTarEntry(TarEntryType.RegularFile, name),
        };
        entry.DataStream = new MemoryStream(content);
        return entry;
    }
}
