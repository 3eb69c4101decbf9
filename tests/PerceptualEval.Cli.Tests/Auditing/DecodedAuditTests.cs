using System.Text.Json;
using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Tests.Executable;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Auditing;

/// <summary>Audits that decode, as users run them: files that are damaged or too small, the page with its pictures, the chart.</summary>
public sealed class DecodedAuditTests(ToolModels models) : IDisposable
{
    private const int Count = 14;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Audit_FirstImageAndALatentCut_AreFindingsAndTheRestIsCompared()
    {
        var folder = Write(Count);
        Cut(Path.Combine(folder.Images, $"{LatentFolder.Id(0)}.png"));
        Cut(folder.PathOf(LatentFolder.Id(2)));

        var run = await Audit(folder, "--report", _folder["page.html"]);

        Assert.Equal(["unreadable s002", "unreadable s000"], Findings(run, "error"));
        Assert.Equal((1, 13, 2, 12), (run.ExitCode, Number(run, "samples"), Number(run, "unreadable"), Number(run, "decoded")));
        Assert.Contains("11 samples decoded under both readings", run.Output, StringComparison.Ordinal);
        Assert.Contains($"2 errors in {Count} samples", await File.ReadAllTextAsync(_folder["page.html"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_ImageBelowTheNetworksMinimum_IsANoteAndTheRestIsCompared()
    {
        var folder = Write(Count);
        PngFile.Write(Path.Combine(folder.Images, "small.png"), new float[3 * 16 * 16], new ImageSize(16, 16));
        folder.WriteLatent("small", FormulaTensors.Latents("small", 48 * 16), 48, 4, 4);

        var run = await Audit(folder);

        Assert.Equal((0, Count), (run.ExitCode, Number(run, "decoded")));
        Assert.Contains("not-checked small", Findings(run, "note"));
        Assert.Contains("it decodes to less than 17 pixels along a side", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_OneSampleOfAnotherImage_SaysThatThereAreNoOthersToCompareWith()
    {
        var folder = Write(1);
        folder.WriteLatent(LatentFolder.Id(0), folder.Encode(Pictures.Of(1001, 0)));

        var run = await Audit(folder);

        Assert.Contains("poor-reconstruction s000", Findings(run, "note"));
        Assert.Contains("There are no images of others", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Audit_DuplicatesInBatchesOfTwoSizes_HaveTheSameImage()
    {
        var folder = Write(2);
        folder.WriteImage("z", Pictures.Of(1, 0));
        folder.WriteLatent("z", folder.Encoded(0));

        var run = await Audit(folder, "--batch", "2");

        Assert.Equal(["duplicate s000 z"], Findings(run, "warning"));
        Assert.Contains("their images are the same, too", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Report_UnitsProvedOrLatentsMirrored_ShowsWhatWasCompared(bool isMirrored)
    {
        var folder = isMirrored ? WriteMirroredCache() : new LatentFolder(_folder, 1, PixelShuffleVae.EncodeRaw).Write(Count);

        var run = await Audit(folder, "--report", _folder["page.html"], "--plots", _folder["plots"]);

        Assert.Equal(isMirrored ? 0 : 1, run.ExitCode);
        using var data = ReportedPage.Of(_folder["page.html"]);
        Assert.Equal(Count, data.RootElement.GetProperty("checkpoints")[0].GetProperty("values")[0].GetArrayLength());
        var shown = data.RootElement.GetProperty("gallery").GetProperty("pictures").EnumerateObject().Select(sample => sample.Value).ToArray();
        Assert.Equal(12, shown.Length);
        Assert.All(shown, pictures => Assert.InRange(Difference(pictures[0], pictures[1]), 0, 0.02));
        Assert.True(File.Exists(_folder["plots/distribution-reconstruction.svg"]));
    }

    [Fact]
    public async Task Report_NothingDecoded_HasNoPicturesNumbersOrCharts()
    {
        var folder = Write(2);
        folder.WriteLatent(LatentFolder.Id(0), new float[48 * 16 * 16]);

        var run = await Tool.Run("audit", folder.Latents, "--report", _folder["page.html"], "--json");
        var refused = await Tool.Run("audit", folder.Latents, "--plots", _folder["plots"]);

        Assert.Equal(1, run.ExitCode);
        using var data = ReportedPage.Of(_folder["page.html"]);
        Assert.Equal(0, data.RootElement.GetProperty("gallery").GetProperty("groups").GetArrayLength());
        Assert.Equal(0, data.RootElement.GetProperty("checkpoints").GetArrayLength());
        Assert.Equal(1, data.RootElement.GetProperty("findings").GetArrayLength());
        refused.RefusedInput("--plots", "--images, --decoder and --lpips");
        Assert.False(Directory.Exists(_folder["plots"]));
    }

    [Fact]
    public async Task Report_InterruptedWhilePicturesAreMade_IsWrittenWithoutThem()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs the signal SIGINT");
        WriteLarge();
        using var tool = Tool.Start(await Arguments(new LatentFolder(_folder, 1, PixelShuffleVae.Encode), ["--json", "--out", _folder["findings.csv"], "--report", _folder["page.html"]]));

        while (!File.Exists(_folder["findings.csv"]))
        {
            Assert.True(tool.IsRunning, "ended before it could be interrupted");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }

        await tool.Interrupt();
        var run = await tool.Ended();

        run.Said(130, "interrupted; the results are complete, but the report lacks pictures");
        Assert.Equal(Count, Number(run, "decoded"));
        using var data = ReportedPage.Of(_folder["page.html"]);
        Assert.Contains("interrupted", data.RootElement.GetProperty("gallery").GetProperty("note").GetString(), StringComparison.Ordinal);
    }

    private static void Cut(string path)
    {
        var bytes = File.ReadAllBytes(path);
        File.WriteAllBytes(path, bytes[..(bytes.Length / 2)]);
    }

    private static string[] Findings(ToolRun run, string severity) =>
    [
        .. run.Json().GetProperty("findings").EnumerateArray()
            .Where(finding => finding.GetProperty("severity").GetString() == severity)
            .Select(finding => string.Join(' ', finding.GetProperty("samples").EnumerateArray().Select(id => id.GetString()).Prepend(finding.GetProperty("kind").GetString()))),
    ];

    private static int Number(ToolRun run, string name) => run.Json().GetProperty("counts").GetProperty(name).GetInt32();

    // Mean absolute difference of two pictures of a page; the range from black to white is 2.
    private static double Difference(JsonElement a, JsonElement b)
    {
        using var first = ImageFile.Decode("a.webp", a.GetProperty("image").GetProperty("webP").GetBytesFromBase64());
        using var second = ImageFile.Decode("b.webp", b.GetProperty("image").GetProperty("webP").GetBytesFromBase64());
        return first.Span.ToArray().Zip(second.Span.ToArray()).Average(pair => Math.Abs(pair.First - pair.Second));
    }

    private LatentFolder Write(int count) => new LatentFolder(_folder, 1, PixelShuffleVae.Encode).Write(count);

    private LatentFolder WriteMirroredCache()
    {
        var folder = new LatentFolder(_folder, 1, PixelShuffleVae.EncodeRaw);
        for (var index = 0; index < Count; index++)
        {
            folder.WriteImage(LatentFolder.Id(index), Pictures.Of(1, index));
            folder.WriteMirroredCache(index);
        }

        return folder;
    }

    // Noise of 256 pixels: it takes a while to make pictures of it.
    private void WriteLarge()
    {
        for (var index = 0; index < Count; index++)
        {
            var latent = FormulaTensors.Signed($"{index}", 48 * 64 * 64, 0.9);
            _folder.Npy($"latents/{index}.npy", latent, 48, 64, 64);
            _folder.Npy($"images/{index}.npy", PixelShuffleVae.Decode(latent, 64), 3, 256, 256);
        }
    }

    private async Task<string[]> Arguments(LatentFolder folder, string[] more)
    {
        await models.BuildLpips();
        var decoder = PixelShuffleVae.BuildDecoder(_folder["models"], "shuffle").Folder;
        return ["audit", folder.Latents, "--images", folder.Images, "--decoder", decoder, "--lpips", ToolModels.Lpips, "--models", models.Folder, "--device", "cpu", "--threads", "1", .. more];
    }

    private async Task<ToolRun> Audit(LatentFolder folder, params string[] more) => await Tool.Run(await Arguments(folder, [.. more, "--json"]));
}
