using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>Latents that can't be scored: refused before anything is printed, with what was found, where, and what to do.</summary>
public sealed class BadLatentsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ToolModels _models;
    private readonly string _good;

    public BadLatentsTests(ToolModels models)
    {
        _models = models;
        _good = _folder.Npy("good.npy", 0, 4, 3, 3);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Score_MissingPath_IsRefused()
    {
        (await _models.Score(_folder["none.npy"], _good)).RefusedInput("--pred", _folder["none.npy"], "no such file or folder");
        (await _models.Score(_good, _folder["none"])).RefusedInput("--target", _folder["none"], "no such file or folder");
    }

    [Fact]
    public async Task Score_FolderWithoutLatents_IsRefused()
    {
        _folder.Folder("empty");
        _folder.Text("texts/read.me", "nothing here");
        _folder.Npy("good/a.npy", 0, 4, 3, 3);

        (await _models.Score(_folder["empty"], _folder["good"])).RefusedInput("--pred", _folder["empty"], "is empty", ".safetensors");
        (await _models.Score(_folder["good"], _folder["texts"])).RefusedInput("--target", "read.me", ".safetensors");
        (await _models.Score(_good, _folder["good"])).RefusedInput(_good, "is a file", "a folder");
    }

    [Fact]
    public async Task Score_FilesWithoutPartner_AreListed()
    {
        foreach (var name in (string[])["target/a", "target/b", "pred/b", "pred/c"])
        {
            _folder.Npy(name + ".npy", 0, 4, 3, 3);
        }

        (await _models.Score(_folder["pred"], _folder["target"])).RefusedInput(
            $"1 in --target '{_folder["target"]}' without a partner", ": a", $"1 in --pred '{_folder["pred"]}' without a partner", ": c", "--allow-missing");
    }

    [Theory]
    [InlineData("4 3 4", "expected equal shapes", "[4,3,3]", "[4,3,4]")]
    [InlineData("2 4 3 3", "[2,4,3,3]", "holds 1 samples", "as many")]
    [InlineData("3 3", "shape [3,3]", "expected a latent, [C,h,w] or [N,C,h,w]")]
    [InlineData("1 1 4 3 3", "shape [1,1,4,3,3]", "expected a latent, [C,h,w] or [N,C,h,w]")]
    [InlineData("4 0 3", "shape [4,0,3] is empty", "expected a latent")]
    public async Task Score_ShapeThatDoesNotFit_IsRefusedWithTheShapes(string dimensions, params string[] expected)
    {
        var other = _folder.Npy("other.npy", 0, [.. dimensions.Split(' ').Select(long.Parse)]);

        (await _models.Score(other, _good)).RefusedInput([other, .. expected]);
    }

    [Fact]
    public async Task Score_ChannelsOfAnotherDecoder_AreRefused()
    {
        // As many as no decoder has that another test may have installed meanwhile.
        var other = _folder.Npy("other.npy", 0, 24, 3, 3);

        (await _models.Score(other, other)).RefusedInput(other, "[24,3,3]", "decoder 'taesd' takes [N,4,h,w]", "24 latent channels");
    }

    [Fact]
    public async Task Score_RankThree_IsABatchOfOne()
    {
        var three = await _models.Score(_good, _good, "--json");
        var four = await _models.Score(_folder.Npy("four.npy", 0, 1, 4, 3, 3), _folder.Npy("four2.npy", 1, 1, 4, 3, 3), "--json");

        Assert.Equal([("good", 0.0)], ScoredSamples.Of(three.Succeeded().Json()));
        var sample = Assert.Single(four.Succeeded().Json().GetProperty("samples").EnumerateArray());
        Assert.Equal(("four2#0", 1.0), (sample.GetProperty("id").GetString(), sample.GetProperty("latent_l2_loss").GetDouble()));
    }

    [Fact]
    public async Task Score_LatentsThatDecodeTooSmall_AreRefusedWithTheNetworksMinimum()
    {
        var small = _folder.Npy("small.npy", 0, 4, 2, 3);

        (await _models.Score(small, small)).RefusedInput(small, "16x24 pixels", "'squeeze' takes at least 17x17");
    }

    [Fact]
    public async Task Score_UnitsThatCanNotBeConverted_AreRefused() =>
        (await _models.Score(_good, _good, "--units", "raw")).RefusedInput(_good, "in raw units", "expected model", "decoder 'taesd'");

    [Fact]
    public async Task Score_NotFiniteSamples_AreReportedAndTheRunGoesOn()
    {
        var values = new float[4 * 36];
        (values[36], values[37], values[2 * 36]) = (float.NaN, float.PositiveInfinity, float.NegativeInfinity);
        var pred = _folder.Npy("pred.npy", values, 4, 4, 3, 3);
        var target = _folder.Npy("target.npy", new float[4 * 36], 4, 4, 3, 3);

        var run = (await _models.Score(pred, target, "--json", "--out", _folder["x.csv"])).Said(1, "2 of 4 samples", "not finite");

        var samples = run.Json().GetProperty("samples").EnumerateArray().ToArray();
        Assert.Equal(["0", "", "", "0"], samples.Select(sample => sample.GetProperty("loss").ToString()));
        Assert.Equal("pred: 1 NaN and 1 infinite of 36 values", samples[1].GetProperty("non_finite").GetString());
        Assert.Equal("pred: 1 infinite of 36 values", samples[2].GetProperty("non_finite").GetString());
        Assert.Equal((4, 2, 0.0), (
            run.Json().GetProperty("summary").GetProperty("count").GetInt32(),
            run.Json().GetProperty("summary").GetProperty("non_finite").GetInt32(),
            run.Json().GetProperty("summary").GetProperty("loss").GetProperty("mean").GetDouble()));
        Assert.Equal(5, (await File.ReadAllLinesAsync(_folder["x.csv"], TestContext.Current.CancellationToken)).Length);
        var table = (await _models.Score(pred, target)).Said(1, "2 of 4 samples").Output;
        Assert.Contains("  target#1: pred: 1 NaN and 1 infinite of 36 values\n", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c_order.npy")]
    [InlineData("stored.npz")]
    [InlineData("deflated.npz")]
    [InlineData("all_types.safetensors")]
    [InlineData("bare.pt")]
    [InlineData("checkpoint_legacy.pt")]
    public async Task Score_FileCutShort_IsRefused(string golden)
    {
        var whole = await File.ReadAllBytesAsync(
            Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.Tests", "Goldens", "TensorFiles", golden), TestContext.Current.CancellationToken);
        var cut = _folder.Write(golden, whole.AsSpan(0, whole.Length - 7));

        (await _models.Score(cut, _good)).RefusedInput(cut);
    }

    [Theory]
    [InlineData("text.npy", "hello, world", "text")]
    [InlineData("page.safetensors", "<!DOCTYPE html><html></html>", "web page")]
    [InlineData("pointer.pt", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 5\n", "git lfs pull")]
    [InlineData("empty.npz", "", "empty")]
    public async Task Score_FileOfAnotherKind_SaysWhatItIs(string name, string content, string expected)
    {
        var path = _folder.Write(name, Encoding.UTF8.GetBytes(content));

        (await _models.Score(path, _good)).RefusedInput(path, expected);
    }

    [Fact]
    public async Task Score_HeaderThatClaimsTerabytes_IsRefused()
    {
        var npy = _folder.Write("huge.npy", Npy("(4, 1000000, 1000000)", new byte[64]));
        var safetensors = _folder.Write("huge.safetensors", [0, 0, 0, 0, 0, 0x10, 0, 0, .. "{}"u8]);

        (await _models.Score(npy, npy)).RefusedInput(npy, "16000000000000 bytes");
        (await _models.Score(safetensors, _good)).RefusedInput(safetensors, "claims a safetensors header of 17592186044416 bytes");
    }

    [Fact]
    public async Task Score_ZipBomb_IsRefused()
    {
        var bomb = _folder.Write("bomb.npz", Zip("a.npy", Npy("(4, 2048, 2048)", new byte[64 << 20])));

        (await _models.Score(bomb, bomb)).RefusedInput(bomb, "at most 100-fold");
    }

    [Fact]
    public async Task Score_HostilePickle_IsRefusedByTheNameItCalls()
    {
        var marker = _folder["executed"];
        byte[] pickle = [0x80, 2, .. Encoding.ASCII.GetBytes($"cposix\nsystem\n(S'touch {marker}'\ntR.")];
        // A legacy file: magic number, version and system facts come before the object.
        byte[] prologue =
        [
            0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, (byte)'.', 0x80, 2, (byte)'M', 0xe9, 3, (byte)'.', 0x80, 2, .. "}."u8,
        ];
        var legacy = _folder.Write("legacy.pt", [.. prologue, .. pickle]);
        var zip = _folder.Write("zip.pt", Zip("archive/data.pkl", pickle));

        (await _models.Score(legacy, _good)).RefusedInput(legacy, "'posix.system'", "refused");
        (await _models.Score(zip, _good)).RefusedInput(zip, "'posix.system'", "refused");
        Assert.False(File.Exists(marker));
    }

    [Fact]
    public async Task Score_DamageThatShowsWhileReading_CostsThatFileOnly()
    {
        var damaged = Zip("a.npy", Npy("(4, 3, 3)", new byte[144]));
        damaged[damaged.AsSpan().IndexOf("PK\u0001\u0002"u8) + 16] ^= 1; // the checksum in the directory
        _folder.Npy("pred/a.npy", 0, 4, 3, 3);
        _folder.Write("pred/b.npz", damaged);

        _folder.Npy("pred/c.npy", 0, 4, 3, 3);

        var run = (await _models.Score(_folder["pred"], _folder["pred"], "--json")).Said(1, "'b' passed over", "b.npz", "CRC-32");
        (await _models.Score(_folder["pred"], _folder["pred"], "--json", "--out", _folder["x.json"], "--strict")).RefusedInput("b.npz", "CRC-32");

        Assert.Equal([("a", 0.0), ("c", 0.0)], ScoredSamples.Of(run.Json()));
        Assert.Equal([("a", 0.0)], await ScoredSamples.Read(_folder["x.json"]));
    }

    private static byte[] Npy(string shape, byte[] values)
    {
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n";
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16LittleEndian(length, (ushort)header.Length);
        return [0x93, .. "NUMPY"u8, 1, 0, .. length, .. Encoding.ASCII.GetBytes(header), .. values];
    }

    private static byte[] Zip(string member, byte[] content)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry(member, CompressionLevel.Optimal).Open();
            entry.Write(content);
        }

        return stream.ToArray();
    }
}
