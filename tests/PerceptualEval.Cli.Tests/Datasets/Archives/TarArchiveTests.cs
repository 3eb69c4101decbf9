using System.Buffers.Binary;
using System.Formats.Tar;
using System.Text;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Archives;
using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets.Archives;

public sealed class TarArchiveTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(TarEntryFormat.V7, false)]
    [InlineData(TarEntryFormat.Ustar, false)]
    [InlineData(TarEntryFormat.Pax, false)]
    [InlineData(TarEntryFormat.Gnu, false)]
    [InlineData(TarEntryFormat.Ustar, true)]
    [InlineData(TarEntryFormat.Pax, true)]
    [InlineData(TarEntryFormat.Gnu, true)]
    public void Files_WebDataset_GivesItsTensorFilesInOrder(TarEntryFormat format, bool gzip)
    {
        var files = Open(TarBytes.Of(
            format,
            ("./000.npy", TarBytes.Latent(0)),
            ("000.txt", "a cat"u8.ToArray()),
            ("000.json", "{}"u8.ToArray()),
            ("000.jpg", [1, 2, 3]),
            (".hidden.npy", [1]),
            ("sub/._001.npy", [1]),
            ("sub/001.npy", TarBytes.Latent(100))), gzip);

        Assert.Equal(["000", "sub/001"], files.Select(file => file.Id));
        Assert.EndsWith("/sub/001.npy", files[1].Path, StringComparison.Ordinal);
        Assert.Equal([0, 100], files.Select(FirstValue));
        Assert.All(files, file => Assert.Equal(ArchiveKind.Tar, file.Archive));
    }

    [Theory]
    [InlineData(TarEntryFormat.Pax, 300)]
    [InlineData(TarEntryFormat.Gnu, 300)]
    [InlineData(TarEntryFormat.Ustar, 150)]
    public void Files_LongNames_AreReadWhole(TarEntryFormat format, int length)
    {
        var name = $"{new string('d', 80)}/{new string('n', length - 81)}";

        var files = Open(TarBytes.Of(format, ($"{name}.npy", TarBytes.Latent(3)), ("short.npy", TarBytes.Latent(4))), gzip: false);

        Assert.Equal([name, "short"], files.Select(file => file.Id));
        Assert.Equal([3, 4], files.Select(FirstValue));
    }

    [Fact]
    public void Files_LinksFoldersAndDevices_ArePassedOver()
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, TarEntryFormat.Pax, leaveOpen: true))
        {
            writer.WriteEntry(new PaxGlobalExtendedAttributesTarEntry(new Dictionary<string, string> { ["path"] = "all.npy" }));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Directory, "folder.npy/"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "link.npy") { LinkName = "/etc/passwd" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.HardLink, "hard.npy") { LinkName = "../../a.npy" });
            writer.WriteEntry(new PaxTarEntry(TarEntryType.Fifo, "pipe.npy"));
            writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, "a.npy") { DataStream = new MemoryStream(TarBytes.Latent(7)) });
        }

        var file = Assert.Single(Open(stream.ToArray(), gzip: false));

        Assert.Equal("a", file.Id);
        Assert.Equal(7, FirstValue(file));
    }

    [Theory]
    [InlineData("../a.npy", "leaves the archive's folder")]
    [InlineData("a/../../b.npy", "leaves the archive's folder")]
    [InlineData("..\\a.npy", "leaves the archive's folder")]
    [InlineData("/etc/a.npy", "is an absolute path")]
    [InlineData("C:\\a.npy", "is an absolute path")]
    [InlineData("a\nb\u001b[31m.npy", "holds control characters")]
    public void Files_NameThatLeavesTheArchive_IsRefused(string name, string expected)
    {
        var message = Refusal(TarBytes.Of((name, TarBytes.Latent(0))), gzip: false);

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Files_CutAtEveryByte_AreRefused(bool gzip)
    {
        // Whole blocks, too, are missed: an archive ends with zeros.
        var content = TarBytes.Of(("a.npy", TarBytes.Latent(0)), ("b.npy", TarBytes.Latent(1)));
        var end = content.Length - 1024;
        for (var length = 0; length <= end; length += 37)
        {
            Assert.Contains("can't be read", Refusal(content[..length], gzip), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Files_GzipCutAnywhereBeforeItsEnd_AreRefused()
    {
        var content = TarBytes.Gzip(TarBytes.Of(("a.npy", TarBytes.Latent(0)), ("b.npy", TarBytes.Latent(1))));
        for (var length = 0; length < content.Length / 2; length += 5)
        {
            var path = Write(content[..length], "cut.tgz");

            Assert.Throws<DatasetException>(() => Archive.At(path)!.Files(SourceKind.Latent, "").ToList());
        }
    }

    [Fact]
    public void Files_EmptyArchive_GivesNone()
    {
        Assert.Empty(Open(TarBytes.Of(), gzip: false));
        Assert.Empty(Open(TarBytes.Of(), gzip: true));
    }

    [Theory]
    [InlineData("hello, this is no tar")]
    [InlineData("")]
    public void Files_SomethingElse_IsRefused(string text) =>
        Assert.Contains("can't be read", Refusal(Encoding.UTF8.GetBytes(text.PadRight(text.Length * 100)), gzip: false), StringComparison.Ordinal);

    [Theory]
    [InlineData('0', "77777777777", false, "claims 8589934591 bytes")]
    [InlineData('0', "77777777777", true, "claims 8589934591 bytes in an archive of")]
    [InlineData('0', "00400000000", true, "it ends at byte")] // 64 MiB: believed until they don't come
    [InlineData('x', "07777777777", false, "claims 1073741823 bytes")]
    [InlineData('x', "00040000000", true, "properties of a member claim 8388608 bytes")]
    [InlineData('L', "00040000000", true, "properties of a member claim 8388608 bytes")]
    [InlineData('S', "00000000001", false, "stored sparse")]
    [InlineData('0', "0000000000x", false, "octal")]
    [InlineData('0', "00\n00\u001b[31m", false, "octal")]
    public void Files_HugeClaims_AreRefusedWithinBoundedMemory(char type, string length, bool gzip, string expected)
    {
        byte[] content = [.. Header("a.npy", type, Encoding.ASCII.GetBytes(length + "\0")), .. new byte[4096]];
        var path = Write(gzip ? TarBytes.Gzip(content) : content, gzip ? "a.tgz" : "a.tar");
        var before = GC.GetAllocatedBytesForCurrentThread();

        var message = Assert.Throws<DatasetException>(() => Archive.At(path)!.Files(SourceKind.Latent, "").ToList()).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain(message, char.IsControl);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 2 << 20);
    }

    [Fact]
    public void Files_BinaryLength_IsRead()
    {
        // GNU tar writes lengths of 8 GiB and more as a big-endian integer with the first bit set.
        var length = new byte[12];
        BinaryPrimitives.WriteInt64BigEndian(length.AsSpan(4), TarBytes.Latent(9).Length);
        length[0] = 0x80;
        byte[] padded = [.. TarBytes.Latent(9), .. new byte[1024]];

        var file = Assert.Single(Open([.. Header("a.npy", '0', length), .. padded[..512], .. new byte[1024]], gzip: false));

        Assert.Equal(9, FirstValue(file));
        length.AsSpan().Fill(0xff);
        Assert.Contains("beyond 2^63", Refusal([.. Header("a.npy", '0', length), .. padded], gzip: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_AFlippedBitInAHeader_IsRefused()
    {
        var content = TarBytes.Of(("a.npy", TarBytes.Latent(0)));
        content[3] ^= 1;

        Assert.Contains("no tar header", Refusal(content, gzip: false), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("path=x.npy\n", "damaged")]
    [InlineData("99 path=x.npy\n", "damaged")]
    [InlineData("2 \n", "damaged")]
    [InlineData("-14 path=x.npy\n", "damaged")]
    [InlineData("12 size=ten\n", "no number")]
    [InlineData("22 GNU.sparse.major=1\n", "sparse")]
    public void Files_DamagedPaxProperties_AreRefused(string records, string expected)
    {
        var length = Convert.ToString(records.Length, 8).PadLeft(11, '0') + "\0";
        byte[] content = [.. Header("p", 'x', Encoding.ASCII.GetBytes(length)), .. Encoding.ASCII.GetBytes(records.PadRight(512, '\0')), .. new byte[1024]];

        Assert.Contains(expected, Refusal(content, gzip: false), StringComparison.Ordinal);
    }

    private static byte[] Header(string name, char type, byte[] length)
    {
        var block = new byte[512];
        Encoding.ASCII.GetBytes(name).CopyTo(block, 0);
        length.CopyTo(block, 124);
        block[156] = (byte)type;
        "ustar\000"u8.CopyTo(block.AsSpan(257));
        block.AsSpan(148, 8).Fill((byte)' ');
        var sum = block.Sum(value => value);
        Encoding.ASCII.GetBytes(Convert.ToString(sum, 8).PadLeft(6, '0') + "\0").CopyTo(block, 148);
        return block;
    }

    private static float FirstValue(DatasetFile file)
    {
        using var tensors = file.OpenTensors();
        var values = new float[1];
        tensors.Read(tensors.Tensors[0], 0, values);
        return values[0];
    }

    private string Write(byte[] content, string name)
    {
        File.WriteAllBytes(_folder[name], content);
        return _folder[name];
    }

    private List<DatasetFile> Open(byte[] content, bool gzip) =>
        [.. Archive.At(gzip ? Write(TarBytes.Gzip(content), "a.tar.gz") : Write(content, "a.tar"))!.Files(SourceKind.Latent, "")];

    private string Refusal(byte[] content, bool gzip) => Assert.Throws<DatasetException>(() => Open(content, gzip)).Message;
}
