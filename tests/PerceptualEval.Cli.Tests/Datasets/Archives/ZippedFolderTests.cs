using System.IO.Compression;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Archives;
using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.Cli.Tests.Datasets.Formats;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets.Archives;

public sealed class ZippedFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void Files_TensorsAndOthers_GiveTheTensorsOnly(CompressionLevel level)
    {
        var files = Open(ZipBytes.Of(
            level, ("sub/", []), ("sub/b.npy", TarBytes.Latent(7)), ("dataset.json", "{}"u8.ToArray()), (".hidden.npy", TarBytes.Latent(9)), ("a.npy", TarBytes.Latent(0))));

        Assert.Equal(["sub/b", "a"], files.Select(file => file.Id));
        Assert.Equal([7f, 0f], files.Select(FirstValue));
        Assert.EndsWith("a.zip/sub/b.npy", files[0].Path, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenLatents_LatentsAndImagesOfEdm2_Pair()
    {
        var latents = File.ReadAllBytes(GoldenFormat.All.Single(golden => golden.Format == "edm2").FilePath);
        var picture = File.ReadAllBytes(_folder.Picture("x.png", 16, 8, 255, 0, 0));
        File.WriteAllBytes(_folder["vae-sd.zip"], ZipBytes.Of(("00000/img-mean-std-00000042.npy", latents), ("dataset.json", "{}"u8.ToArray())));
        File.WriteAllBytes(_folder["images.zip"], ZipBytes.Of(CompressionLevel.Optimal, ("00000/img00000042.png", picture), ("dataset.json", "{}"u8.ToArray())));

        var dataset = Dataset.OpenLatents(_folder["vae-sd.zip"], _folder["vae-sd.zip"], _folder["images.zip"], null, new DatasetRules());
        using var batch = Assert.Single(BatchReader.Read(dataset, 4, TestContext.Current.CancellationToken));

        Assert.Equal("00000/img00000042", Assert.Single(batch.Samples).Id);
        Assert.Equal(Models.LatentUnits.Raw, dataset.Units);
        Assert.Equal("[1,4,2,3]", batch.Target.Shape.ToString());
        Assert.Equal([1f, -1f, -1f], [batch.Images!.Span[0], batch.Images.Span[128], batch.Images.Span[256]]);
    }

    [Fact]
    public void Files_MoreMembersThan16Bits_AreAllListed()
    {
        var files = Open(ZipBytes.Of([.. Enumerable.Range(0, 70_000).Select(i => ($"{i}.npy", Array.Empty<byte>()))]));

        Assert.Equal(70_000, files.Count);
        Assert.Equal("69999", files[^1].Id);
    }

    [Fact]
    public void Files_NumbersOf64Bits_AreRead()
    {
        var file = Assert.Single(Open(ZipBytes.Of64("a.npy", TarBytes.Latent(5))));

        Assert.Equal(5, FirstValue(file));
    }

    [Fact]
    public void Files_CommentBehindTheEnd_IsRead()
    {
        var content = ZipBytes.Of(("a.npy", TarBytes.Latent(3)));
        content[^2] = 4;

        Assert.Equal(3, FirstValue(Assert.Single(Open([.. content, .. "PK.."u8]))));
    }

    [Theory]
    [InlineData("../a.npy", "leaves the archive's folder")]
    [InlineData("/a.npy", "is an absolute path")]
    [InlineData("a\n.npy", "holds control characters")]
    public void Files_NameThatLeavesTheArchive_IsRefused(string name, string expected) =>
        Assert.Contains(expected, Refusal(ZipBytes.Of((name, TarBytes.Latent(0)))), StringComparison.Ordinal);

    [Fact]
    public void Files_CutAtEveryByte_AreRefused()
    {
        var content = ZipBytes.Of(("a.npy", TarBytes.Latent(0)), ("b.npy", TarBytes.Latent(1)));
        for (var length = 0; length < content.Length; length++)
        {
            Assert.Contains("cut off, or no zip", Refusal(content[..length]), StringComparison.Ordinal);
        }
    }

    // Places in the directory's entry of an archive of one stored file: flags 8, method 10, lengths 20 and 24, header 42.
    [Theory]
    [InlineData(8, 1, "is encrypted")]
    [InlineData(10, 93, "compressed by method 93")]
    [InlineData(24, 1, "has 1 bytes and takes")]
    [InlineData(42, 7, "where there is none")]
    [InlineData(0, 0, "something else than a member")]
    [InlineData(28, 255, "beyond its end")]
    public void Files_DamagedDirectory_IsRefused(int place, byte value, string expected)
    {
        var content = ZipBytes.Of(("a.npy", TarBytes.Latent(0)));
        content[content.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + place] = value;

        Assert.Contains(expected, Refusal(content), StringComparison.Ordinal);
    }

    // Places in the end record: members 10, length 12, start 16.
    [Theory]
    [InlineData(10)]
    [InlineData(12)]
    [InlineData(16)]
    public void Files_EndThatClaimsMore_IsRefusedWithinBoundedMemory(int place)
    {
        var content = ZipBytes.Of(("a.npy", TarBytes.Latent(0)));
        content[^(22 - place)] = 0xfe;
        content[^(22 - place - 1)] = 0xfe;
        File.WriteAllBytes(_folder["a.zip"], content);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<DatasetException>(() => Archive.At(_folder["a.zip"])!.Files(SourceKind.Latent, "").ToList());

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void OpenTensors_DeflatedBytesThatAreOthers_AreRefused()
    {
        var content = ZipBytes.Of(CompressionLevel.Optimal, ("a.npy", TarBytes.Latent(0)));
        content[content.AsSpan().LastIndexOf("PK\u0001\u0002"u8) + 16] ^= 1;

        var file = Assert.Single(Open(content));

        Assert.Contains("CRC-32", Assert.Throws<TensorFileException>(file.OpenTensors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OpenTensors_ExpansionBeyondTheLimit_IsRefused()
    {
        var content = ZipBytes.Of(CompressionLevel.Optimal, ("a.npy", new byte[65 << 20]));

        var file = Assert.Single(Open(content));

        Assert.Contains("at most 67108864 are unpacked", Assert.Throws<TensorFileException>(file.OpenTensors).Message, StringComparison.Ordinal);
    }

    private static float FirstValue(DatasetFile file)
    {
        using var tensors = file.OpenTensors();
        var values = new float[1];
        tensors.Read(tensors.Tensors[0], 0, values);
        return values[0];
    }

    private List<DatasetFile> Open(byte[] content)
    {
        File.WriteAllBytes(_folder["a.zip"], content);
        return [.. Archive.At(_folder["a.zip"])!.Files(SourceKind.Latent, "")];
    }

    private string Refusal(byte[] content) => Assert.Throws<DatasetException>(() => Open(content)).Message;
}
