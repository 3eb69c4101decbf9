using System.Text.Json;
using PerceptualEval.Cli.Tests.Executable;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Auditing;

/// <summary><c>audit</c> as users run it.</summary>
public sealed class AuditVerbTests(ToolModels models) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Audit_LatentsAlone_ChecksTheirValues()
    {
        WriteGood("a", "b", "c");
        _folder.Npy("latents/zero.npy", new float[64], 4, 4, 4);
        _folder.Npy("latents/copy.npy", FormulaTensors.Latents("a", 64), 4, 4, 4);
        _folder.Text("latents/broken.npy", "hello");

        var run = await Tool.Run("audit", _folder["latents"], "--json");

        Assert.Equal(("", 1), (run.Talk, run.ExitCode));
        Assert.Equal(["all-zero zero", "duplicate a copy", "unreadable broken"], Findings(run.Json()).Order());
        Assert.Equal((5, 1, 2, 1), Counts(run.Json()));
    }

    [Fact]
    public async Task Audit_GoodLatents_Succeeds()
    {
        WriteGood("a", "b", "c");

        var run = (await Tool.Run("audit", _folder["latents"])).Succeeded();

        Assert.Contains("0 errors, 0 warnings, 0 notes in 3 samples", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_Json_HasTheKeysOfTheContractInTheirOrder()
    {
        _folder.Npy("latents/a.npy", new float[64], 4, 4, 4);

        var json = (await Tool.Run("audit", _folder["latents"], "--json")).Json();

        Assert.Equal(
            "{schema, provenance {version, latents, images, units, runtime, device, decoder, lpips}, "
            + "counts {samples, unreadable, decoded, examined, errors, warnings, notes}, findings [{severity, kind, samples [], evidence, advice}]}",
            JsonShape.Of(json));
    }

    [Theory]
    [InlineData(".json")]
    [InlineData(".jsonl")]
    [InlineData(".csv")]
    public async Task Out_EachFormat_HoldsTheFindings(string extension)
    {
        WriteGood("a");
        _folder.Npy("latents/zero.npy", new float[64], 4, 4, 4);

        var run = await Tool.Run("audit", _folder["latents"], "--json", "--out", _folder["findings" + extension]);

        var written = await File.ReadAllTextAsync(_folder["findings" + extension], TestContext.Current.CancellationToken);
        Assert.Equal(1, run.ExitCode);
        switch (extension)
        {
            case ".json":
                Assert.Equal(run.Output, written);
                break;
            case ".jsonl":
                Assert.Equal(run.Json().GetProperty("findings")[0].GetRawText(), written.TrimEnd('\n'));
                break;
            default:
                Assert.StartsWith("severity,kind,samples,evidence,advice\r\nerror,all-zero,zero,all 64 values are 0,", written, StringComparison.Ordinal);
                break;
        }
    }

    [Fact]
    public async Task Audit_ImagesWithoutDecoder_ComparesSizes()
    {
        WriteGood("a", "b", "c");
        foreach (var name in (string[])["a", "b"])
        {
            _folder.Picture($"images/{name}.png", 32, 32, 200, 100, 50);
        }

        _folder.Picture("images/c.png", 32, 64, 200, 100, 50);

        var run = await Tool.Run("audit", _folder["latents"], "--images", _folder["images"], "--json");

        var finding = Assert.Single(run.Json().GetProperty("findings").EnumerateArray());
        Assert.Equal("size-mismatch c", Text(finding));
        Assert.Contains("decodes to 32x32 pixels (height x width); the image has 64x32", finding.GetProperty("evidence").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_CacheThatStatesItsBucket_FitsItsImage()
    {
        // The golden's latent is 3x2 cells, 24x16 pixels, of a picture of 48x40 that was cropped.
        Directory.CreateDirectory(_folder["latents"]);
        File.Copy(Path.Combine(Datasets.Formats.GoldenFormat.Folder, "kohya/dog_0024x0016_sd.npz"), _folder["latents/dog_0024x0016_sd.npz"]);
        _folder.Picture("images/dog.png", 48, 40, 1, 2, 3);

        var fits = await Tool.Run("audit", _folder["latents"], "--images", _folder["images"], "--decoder", await Decoder(), "--json", "--models", models.Folder);
        _folder.Picture("images/dog.png", 40, 48, 1, 2, 3);
        var turned = await Tool.Run("audit", _folder["latents"], "--images", _folder["images"], "--decoder", await Decoder(), "--json", "--models", models.Folder);

        Assert.Equal((0, 1), (fits.ExitCode, turned.ExitCode));
        Assert.Contains("size-mismatch dog", Findings(turned.Json()));
    }

    [Fact]
    public async Task Audit_LatentWithoutImage_IsAuditedAndReported()
    {
        WriteGood("a", "b");
        _folder.Picture("images/a.png", 32, 32, 200, 100, 50);

        var run = await Tool.Run("audit", _folder["latents"], "--images", _folder["images"], "--json");

        Assert.Equal(["unpaired "], Findings(run.Json()));
        Assert.Equal((0, (2, 0, 0, 1)), (run.ExitCode, Counts(run.Json())));
    }

    [Fact]
    public async Task Audit_PosteriorRead_IsNoFinding()
    {
        _folder.Npy("latents/a.npy", FormulaTensors.Signed("moments", 8 * 16, 1, -5), 8, 4, 4);

        var unread = await Tool.Run("audit", _folder["latents"], "--decoder", await Decoder(), "--models", models.Folder, "--json");
        var read = await Tool.Run("audit", _folder["latents"], "--decoder", await Decoder(), "--models", models.Folder, "--posterior", "mean", "--json");

        Assert.Equal(["posterior a"], Findings(unread.Json()));
        Assert.Empty(Findings(read.Json()));
    }

    [Fact]
    public async Task Audit_WrongUsage_IsRefused()
    {
        WriteGood("a");

        (await Tool.Run("audit", _folder["nothing"])).RefusedInput("nothing", "no such file or folder");
        (await Tool.Run("audit", _folder["latents"], "--lpips", "squeeze")).RefusedInput("--decoder and --images");
        (await Tool.Run("audit", _folder["latents"], "--out", _folder["a.xlsx"])).RefusedInput(".json, .jsonl or .csv");
        (await Tool.Run("audit", _folder["latents"], "--layout", "x")).RefusedInput("--layout x");
    }

    private static string Text(JsonElement finding) =>
        $"{finding.GetProperty("kind").GetString()} {string.Join(' ', finding.GetProperty("samples").EnumerateArray().Select(id => id.GetString()))}";

    private static IEnumerable<string> Findings(JsonElement json) => json.GetProperty("findings").EnumerateArray().Select(Text);

    private static (int Samples, int Unreadable, int Errors, int Warnings) Counts(JsonElement json)
    {
        var counts = json.GetProperty("counts");
        return (Number("samples"), Number("unreadable"), Number("errors"), Number("warnings"));

        int Number(string name) => counts.GetProperty(name).GetInt32();
    }

    private async Task<string> Decoder()
    {
        await models.BuildDecoder();
        return ToolModels.Decoder;
    }

    private void WriteGood(params string[] names)
    {
        foreach (var name in names)
        {
            _folder.Npy($"latents/{name}.npy", FormulaTensors.Latents(name, 64), 4, 4, 4);
        }
    }
}
