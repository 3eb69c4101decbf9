using System.IO.Compression;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.TensorFiles;

/// <summary>Tensor files that are no files of their own: in memory, within another file, within gzip. They read as if they were.</summary>
public sealed class FilePlacesTests
{
    public static TheoryData<string> Readable => [.. Golden.Names().Where(name => !name.StartsWith("refused_", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Readable))]
    public void Open_GoldenInMemory_HasTheWritersValues(string name)
    {
        using var file = TensorFile.Open(File.ReadAllBytes(Golden.Path(name)), "member");

        AssertGolden(name, file, "member");
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public void Open_GoldenWithinAnotherFile_HasTheWritersValues(string name)
    {
        using var folder = new TemporaryFolder();
        var content = File.ReadAllBytes(Golden.Path(name));
        var path = folder.Write("shard_0.bin", [.. new byte[1001], .. content, 1, 2, 3]);
        using var file = TensorFile.Open(path, 1001, content.Length, "shard_0.bin, item 1");

        AssertGolden(name, file, "shard_0.bin, item 1");
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public void Open_GoldenWithinGzip_HasTheWritersValues(string name)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.pt", Gzip(File.ReadAllBytes(Golden.Path(name))));
        using var file = TensorFile.Open(path);

        AssertGolden(name, file, path);
    }

    [Fact]
    public void Open_PartThatLeavesTheFile_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("a.bin", new byte[100]);

        var message = Assert.Throws<TensorFileException>(() => TensorFile.Open(path, 90, 11, "item 3").Dispose()).Message;

        Assert.Equal($"'item 3': needs bytes 90 to 101; '{path}' has 100. It is cut off; copy or download it again.", message);
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorFile.Open(path, -1, 11, "item 3"));
        Assert.Throws<ArgumentOutOfRangeException>(() => TensorFile.Open(path, 0, -1, "item 3"));
        Assert.Contains("to 9223372036854775817", Assert.Throws<TensorFileException>(() => TensorFile.Open(path, 10, long.MaxValue, "item 3")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_GzipCutAtEveryByte_IsRefused()
    {
        var content = Gzip(File.ReadAllBytes(Golden.Path("c_order.npy")));
        for (var length = 0; length < content.Length; length++)
        {
            Assert.Throws<TensorFileException>(() => TensorFile.Open(content.AsMemory(0, length), "a.npy.gz"));
        }
    }

    [Fact]
    public void Open_GzipWithAFlippedValue_IsRefusedByItsChecksum()
    {
        // Stored, so that the flipped bit is one of a value's.
        var content = Gzip(File.ReadAllBytes(Golden.Path("c_order.npy")), CompressionLevel.NoCompression);
        content[^12] ^= 1;

        Assert.Contains("its gzip does not unpack", Refusal(content), StringComparison.Ordinal);
    }

    [Fact]
    public void Open_GzipBomb_IsRefused() =>
        Assert.Contains("unpacks to more than 67108864 bytes", Refusal(Gzip(new byte[80 << 20])), StringComparison.Ordinal);

    [Fact]
    public void Open_GzipWithinGzip_IsRefused() =>
        Assert.Contains("looks like gzip within gzip", Refusal(Gzip(Gzip(File.ReadAllBytes(Golden.Path("c_order.npy"))))), StringComparison.Ordinal);

    private static byte[] Gzip(byte[] content, CompressionLevel level = CompressionLevel.Optimal)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, level))
        {
            gzip.Write(content);
        }

        return stream.ToArray();
    }

    private static string Refusal(byte[] content) => Assert.Throws<TensorFileException>(() => TensorFile.Open(content, "a.gz").Dispose()).Message;

    private static void AssertGolden(string name, TensorFile file, string path)
    {
        using var whole = TensorFile.Open(Golden.Path(name));
        Assert.Equal(path, file.Path);
        Assert.Equal(whole.Format, file.Format);
        Assert.Equal(whole.Tensors, file.Tensors);
        Assert.Equal(whole.Metadata, file.Metadata);
        foreach (var entry in file.Tensors)
        {
            using var buffer = file.Read(entry);

            Assert.Equal(Golden.Values(entry.Type, 0, (int)entry.Shape.ElementCount), buffer.Span);
        }
    }
}
