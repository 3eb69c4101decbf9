using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>Models that can't be used, and places that can't be written to: found before the work starts.</summary>
public sealed class BadModelsAndOutputsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ToolModels _models;
    private readonly string _latent;

    public BadModelsAndOutputsTests(ToolModels models)
    {
        _models = models;
        _latent = _folder.Npy("z.npy", 0, 4, 3, 3);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Score_UnknownModel_ListsWhatIsInstalled()
    {
        (await _models.Run("score", "--pred", _latent, "--target", _latent, "--decoder", "nosuch", "--lpips", ToolModels.Lpips))
            .RefusedInput("no decoder model 'nosuch'", _models.Folder, "Installed of kind decoder:", ToolModels.Decoder);
        (await _models.Run("score", "--pred", _latent, "--target", _latent, "--decoder", ToolModels.Decoder, "--lpips", ToolModels.Encoder))
            .RefusedInput("'taesd-encoder'", "is of kind encoder", "one of kind lpips", ToolModels.Lpips);
        (await Tool.Run("distance", _latent, _latent, "--lpips", "x", "--models", _folder.Root)).RefusedInput("[4,3,3]");
        (await Tool.Run("decode", _latent, "--decoder", "x", "--out", _folder["out"], "--models", _folder.Root))
            .RefusedInput("no decoder model 'x'", _folder.Root, "Installed of kind decoder: preview-decoder.");
    }

    [Fact]
    public async Task Decode_ModelNamedByPath_IsFound()
    {
        await _models.BuildDecoder();

        var run = await Tool.Run("decode", _latent, "--decoder", Path.Combine(_models.Folder, ToolModels.Decoder), "--out", _folder["out"], "--threads", "1");

        Assert.Equal(0, run.ExitCode);
        Assert.True(File.Exists(_folder["out/z.png"]));
    }

    [Fact]
    public async Task Decode_GraphThatIsNotItsManifests_IsRefused()
    {
        await CopyDecoder();
        var graph = _folder["models/taesd/decoder.onnx"];
        var bytes = await File.ReadAllBytesAsync(graph, TestContext.Current.CancellationToken);
        bytes[^100] ^= 1;
        _folder.Write("models/taesd/decoder.onnx", bytes);

        (await DecodeWithCopy()).RefusedInput("model 'taesd'", graph, "has sha256", "its manifest says", "rebuild");

        File.Delete(graph);
        (await DecodeWithCopy()).RefusedInput("model 'taesd'", graph, "is missing");
    }

    [Fact]
    public async Task Decode_ManifestThatIsDamaged_IsRefused()
    {
        await CopyDecoder();
        var manifest = _folder["models/taesd/manifest.json"];

        await File.WriteAllTextAsync(manifest, "{\"format\": 1, ", TestContext.Current.CancellationToken);
        (await DecodeWithCopy()).RefusedInput(manifest, "is not a model manifest");

        await File.WriteAllTextAsync(
            manifest, """{"format": 99, "name": "x", "kind": "decoder", "architecture": "", "graphs": {}}""", TestContext.Current.CancellationToken);
        (await DecodeWithCopy()).RefusedInput(manifest, "format 99");
    }

    [Theory]
    [InlineData("x.txt", "'.txt' names no format; use .json, .jsonl, .csv or .parquet, or end it with /")]
    [InlineData("missing/x.json", "there is no folder")]
    [InlineData("missing/x.csv", "there is no folder")]
    [InlineData("z.npy", "names no format")]
    public async Task Score_OutThatCanNotBe_IsRefused(string name, string expected) =>
        (await _models.Score(_latent, _latent, "--out", _folder[name])).RefusedInput(_folder[name], expected);

    [Theory]
    [InlineData("x.json")]
    [InlineData("x.jsonl")]
    [InlineData("x.csv")]
    [InlineData("x.parquet")]
    public async Task Score_FullDisk_IsFoundBeforeTheWork(string name)
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full, a disk that is always full");
        File.CreateSymbolicLink(_folder[name], "/dev/full");

        (await _models.Score(_latent, _latent, "--out", _folder[name])).RefusedInput(_folder[name], "the disk is full");
    }

    [Fact]
    public async Task Score_FullStandardOutput_IsAFault()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full, a disk that is always full");

        (await Tool.RunInShell("\"$@\" > /dev/full", await _models.ScoreArguments(_latent, _latent))).Refused(3, "standard output", "the disk is full");
        (await Tool.RunInShell("\"$@\" > /dev/full", await _models.ScoreArguments(_latent, _latent, "--json"))).Refused(3, "standard output", "the disk is full");
    }

    [Fact]
    public async Task Verbs_FolderWithoutPermission_IsRefused()
    {
        // Folder permissions do not bind root; the kernel's own folder binds it too.
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /sys/kernel, where nobody may create files");
        var (a, b) = (_folder.Picture("a.png", 32, 32, 1, 2, 3), _folder.Picture("b.png", 32, 32, 3, 2, 1));

        (await _models.Score(_latent, _latent, "--out", "/sys/kernel/x.json")).RefusedInput("/sys/kernel/x.json", "no permission");
        (await _models.Run("decode", _latent, "--decoder", ToolModels.Decoder, "--out", "/sys/kernel/x")).RefusedInput("/sys/kernel/x", "can't be written to");
        (await _models.Run("encode", a, "--encoder", ToolModels.Encoder, "--out", "/sys/kernel")).RefusedInput("/sys/kernel", "can't be written to");
        (await _models.Distance(a, b, "--map", "/sys/kernel/x.png")).RefusedInput("/sys/kernel/x.png", "no permission");
    }

    [Fact]
    public async Task Decode_OutThatIsAFile_IsRefused() =>
        (await _models.Run("decode", _latent, "--decoder", ToolModels.Decoder, "--out", _latent)).RefusedInput(_latent, "is a file");

    [Fact]
    public async Task Decode_DiskThatFillsUp_IsAFaultAndKeepsWhatIsThere()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full, a disk that is always full");
        _folder.Npy("in/a.npy", 0, 4, 3, 3);
        _folder.Npy("in/b.npy", 0, 4, 3, 3);
        _folder.Folder("out");
        File.CreateSymbolicLink(_folder["out/b.npy"], "/dev/full");

        (await _models.Run("decode", _folder["in"], "--decoder", ToolModels.Decoder, "--out", _folder["out"], "--npy"))
            .Refused(3, _folder["out/b.npy"], "the disk is full");

        Assert.Equal(["a.npy", "a.png", "b.npy"], Directory.GetFiles(_folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("map.jpg", "expected a name that ends in .png or .npy")]
    [InlineData("missing/map.png", "there is no folder")]
    [InlineData("missing/map.npy", "there is no folder")]
    public async Task Distance_MapThatCanNotBe_IsRefused(string name, string expected)
    {
        var picture = _folder.Picture("a.png", 32, 32, 1, 2, 3);

        (await _models.Distance(picture, picture, "--map", _folder[name])).RefusedInput(_folder[name], expected);
    }

    [Fact]
    public async Task Distance_MapOfManyPairs_IsRefused()
    {
        var images = _folder.Npy("images.npy", 0, 2, 3, 32, 32);

        (await _models.Distance(images, images, "--map", _folder["map.png"])).RefusedInput("--map takes one pair of images; these are 2");
        Assert.False(File.Exists(_folder["map.png"]));
    }

    [Theory]
    [InlineData("pairs.csv", "line 1: no column 'pred'", "id,target", "a,z.npy")]
    [InlineData("pairs.csv", "line 1: unknown column 'weight'", "id,pred,target,weight", "a,z.npy,z.npy,1")]
    [InlineData("pairs.csv", "line 3: 2 fields; the header has 3", "id,pred,target", "a,z.npy,z.npy", "b,z.npy")]
    [InlineData("pairs.csv", "line 3: id 'a' is also that of line 2", "id,pred,target", "a,z.npy,z.npy", "a,z.npy,z.npy")]
    [InlineData("pairs.csv", "line 2 (pred 'none.npy')", "id,pred,target", "a,none.npy,z.npy", "b,z.npy,z.npy")]
    [InlineData("pairs.csv", "has no rows", "id,pred,target")]
    [InlineData("pairs.jsonl", "line 2: expected one JSON object of strings", """{"id":"a","pred":"z.npy","target":"z.npy"}""", "[]")]
    [InlineData("pairs.jsonl", "line 1: column target is empty", """{"id":"a","pred":"z.npy","target":""}""")]
    [InlineData("pairs.txt", "expected a .csv or .jsonl file", "id,pred,target")]
    public async Task Score_PairsFileWithABadLine_IsRefusedByItsNumber(string name, string expected, params string[] lines)
    {
        var pairs = _folder.Text(name, lines);

        (await ScorePairs(pairs)).RefusedInput(pairs, expected);
    }

    [Fact]
    public async Task Score_PairsFileThatIsMissing_IsRefused() =>
        (await ScorePairs(_folder["none.csv"])).RefusedInput(_folder["none.csv"], "can't be read");

    private Task<ToolRun> ScorePairs(string pairs) =>
        _models.Run("score", "--pairs", pairs, "--decoder", ToolModels.Decoder, "--lpips", ToolModels.Lpips);

    private async Task CopyDecoder()
    {
        await _models.BuildDecoder();
        foreach (var file in Directory.GetFiles(Path.Combine(_models.Folder, ToolModels.Decoder)))
        {
            File.Copy(file, _folder.Prepare($"models/taesd/{Path.GetFileName(file)}"));
        }

        Assert.Equal(ModelKind.Decoder, Model.Open(_folder["models/taesd"]).Manifest.Kind);
    }

    private Task<ToolRun> DecodeWithCopy() =>
        Tool.Run("decode", _latent, "--decoder", "taesd", "--models", _folder["models"], "--out", _folder["out"], "--threads", "1");
}
