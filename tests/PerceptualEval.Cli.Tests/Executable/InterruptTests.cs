using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>Ctrl-C in the middle of a run: what was done is kept, and the exit code is 130.</summary>
public sealed class InterruptTests(ToolModels models) : IDisposable
{
    // Minutes of work: no machine is done before it is interrupted.
    private const int Samples = 20_000;

    // JSON is written 64 KiB at a time; long ids make that few samples.
    private static readonly string LongName = new('n', 200);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(".jsonl")]
    [InlineData(".csv")]
    [InlineData(".json")]
    public async Task Score_Interrupted_KeepsWhatWasScored(string extension)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs the signal SIGINT");
        var latents = ManyLatents(LongName + ".npy");
        var arguments = await models.ScoreArguments(latents, latents, "--json", "--out", Path.Combine(_folder.Folder("out"), "scores" + extension));
        using var tool = Tool.Start(arguments);

        await Until(tool, () => Directory.EnumerateFiles(_folder["out"]).Any(path => new FileInfo(path).Length > 0));
        await tool.Interrupt();
        var run = await tool.Ended();

        var json = run.Json();
        var scored = ScoredSamples.Of(json);
        run.Said(130, $"interrupted; the results are those of the first {scored.Length} of {Samples} samples");
        Assert.InRange(scored.Length, 1, Samples - 1);
        Assert.Equal(scored.Length, json.GetProperty("summary").GetProperty("count").GetInt32());
        Assert.Equal(Enumerable.Range(0, scored.Length).Select(i => ($"{LongName}#{i}", 0.0)), scored);
        Assert.Equal(["scores" + extension], Directory.EnumerateFileSystemEntries(_folder["out"]).Select(Path.GetFileName));
        Assert.Equal(scored, await ScoredSamples.Read(_folder["out/scores" + extension]));
    }

    [Fact]
    public async Task Compare_InterruptedAndResumed_IsTheUndisturbedRun()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs the signal SIGINT");
        using var runs = new ResultFolderRuns(models, 400);
        var undisturbed = await runs.Compare("undisturbed");
        using var tool = Tool.Start(await runs.CompareArguments("out"));

        await Until(tool, () => runs.Rows("out") > 0);
        await tool.Interrupt();
        var run = await tool.Ended();
        var kept = runs.Rows("out");
        var resumed = await runs.Compare("out", "--resume");

        Assert.Equal(130, run.ExitCode);
        Assert.Contains("interrupted; the results are those of the first", run.Talk, StringComparison.Ordinal);
        Assert.InRange(kept, 1, undisturbed.Json().GetProperty("samples").GetArrayLength() - 1);
        Assert.Equal(undisturbed.Output, resumed.Output);
        Assert.Equal(undisturbed.ExitCode, resumed.ExitCode);
        Assert.Equal(Summary(runs, "undisturbed"), Summary(runs, "out"));
    }

    [Fact]
    public async Task Score_InterruptedWhilePicturesAreMade_SaysSoAndExits130()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs the signal SIGINT");

        // Seconds for each picture: the scores are there long before the page is.
        var latents = _folder.Npy("z.npy", FormulaTensors.Latents("large", 3 * 4 * 96 * 96), 3, 4, 96, 96);
        using var tool = Tool.Start(await models.ScoreArguments(latents, latents, "--out", _folder["x.json"], "--report", _folder["page.html"]));

        await Until(tool, () => File.Exists(_folder["x.json"]));
        await tool.Interrupt();
        var run = await tool.Ended();

        run.Said(130, "interrupted; the results are complete, but the report lacks pictures");
        Assert.Equal(3, (await ScoredSamples.Read(_folder["x.json"])).Length);
        Assert.Contains("pictures: interrupted", await File.ReadAllTextAsync(_folder["page.html"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Decode_Interrupted_KeepsWholePictures()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs the signal SIGINT");
        await models.BuildDecoder();
        using var tool = Tool.Start(
            "decode", ManyLatents("z.npy"), "--decoder", ToolModels.Decoder, "--models", models.Folder, "--out", _folder.Folder("out"), "--threads", "1");

        await Until(tool, () => File.Exists(_folder["out/z#0.png"]));
        await tool.Interrupt();
        var run = await tool.Ended();

        run.Refused(130, "interrupted; what was written so far is kept");
        var pictures = Directory.GetFiles(_folder["out"]);
        Assert.InRange(pictures.Length, 1, Samples - 1);
        foreach (var path in pictures)
        {
            using var picture = ImageFile.Read(path);
            Assert.Equal(3 * 24 * 24, picture.Span.Length);
        }
    }

    [Fact]
    public async Task Report_InterruptedWhilePicturesAreMade_LeavesNoPage()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "needs the signal SIGINT");
        var latents = _folder.Npy("z.npy", FormulaTensors.Latents("few", 4 * 4 * 32 * 32), 4, 4, 32, 32);
        Assert.Equal(0, (await models.Score(latents, latents, "--out", _folder["results/"])).ExitCode);
        using var tool = Tool.Start("report", _folder["results"], "-o", Path.Combine(_folder.Folder("out"), "page.html"), "--models", models.Folder, "--threads", "1");

        // The page is opened before the first picture is made.
        await Until(tool, () => Directory.EnumerateFiles(_folder["out"]).Any());
        await tool.Interrupt();

        (await tool.Ended()).Refused(130, "interrupted");
        Assert.Empty(Directory.EnumerateFiles(_folder["out"]));
    }

    private static string Summary(ResultFolderRuns runs, string name) => ResultManifest.Read(runs.Folder[name]).Summary!.Value.GetRawText();

    private static async Task Until(Tool tool, Func<bool> condition)
    {
        while (!condition())
        {
            Assert.True(tool.IsRunning, "ended before it could be interrupted");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }

    private string ManyLatents(string name) => _folder.Npy(name, FormulaTensors.Latents("many", Samples * 4 * 3 * 3), Samples, 4, 3, 3);
}
