using PerceptualEval.Cli.Results.Folders;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary><c>score --out DIR</c>, <c>--resume</c>, <c>--shard</c> and <c>merge</c> from outside.</summary>
public sealed class ResultFolderTests(ToolModels models) : IDisposable
{
    private readonly ResultFolderRuns _runs = new(models, 24);

    public void Dispose() => _runs.Dispose();

    [Fact]
    public async Task Score_OutFolder_HasEverySampleAndTheBadOnes()
    {
        var run = await _runs.Run("out");

        Assert.Equal(1, run.ExitCode);
        var results = ResultSet.Read(_runs.Folder["out"]);
        Assert.Equal([10, 10, 4], results.Manifest!.Parts.Select(part => part.Rows));
        Assert.Equal(run.Json().GetProperty("samples").GetArrayLength(), results.Rows.Count);
        Assert.Equal([(3L, "s003"), (7L, "s007")], results.BadFiles.Select(row => (row.Sample, row.Id)));
        Assert.Equal(["s005"], results.Rows.Where(row => row.Score.NonFinite is not null).Select(row => row.Id));
        Assert.Equal([".lock", "manifest.json", "part-00000.parquet", "part-00001.parquet", "part-00002.parquet"],
            Directory.EnumerateFileSystemEntries(_runs.Folder["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Score_CompleteFolder_IsRefusedOrResumedToTheSame()
    {
        var first = await _runs.Run("out");
        var manifest = await File.ReadAllBytesAsync(_runs.Folder["out/manifest.json"], TestContext.Current.CancellationToken);

        (await _runs.Run("out")).RefusedInput("24 rows of this run already (complete)", "--resume");
        var again = await _runs.Run("out", "--resume");

        Assert.Equal(first.Output, again.Output);
        Assert.Equal(1, again.ExitCode);
        Assert.Contains("the run is complete, and nothing is scored again", again.Talk, StringComparison.Ordinal);
        Assert.EndsWith(first.Talk, again.Talk, StringComparison.Ordinal);
        Assert.Equal(manifest, await File.ReadAllBytesAsync(_runs.Folder["out/manifest.json"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Score_FolderOfAnotherRun_IsRefused()
    {
        await _runs.Run("out");

        (await _runs.Run("out", "--resume", "--perceptual-weight", "2")).RefusedInput("another run", "weights is", "\"perceptual\":2");
        (await _runs.Run("out", "--resume", "--seed", "7")).RefusedInput("another run: seed is '0' there, '7' now");
        _runs.Folder.Npy("pred/s011.npy", 1, 2, 4, 3, 3);
        (await _runs.Run("out", "--resume")).RefusedInput("another run: files is '24 (xxh128 ");
    }

    [Fact]
    public async Task Merge_ShardsInAnyOrder_IsTheUndividedRun()
    {
        var whole = await _runs.Run("whole");
        foreach (var shard in new[] { "1/3", "2/3", "3/3" })
        {
            await _runs.Run($"shard{shard[0]}", "--shard", shard);
        }

        var merged = await Tool.Run(["merge", _runs.Folder["shard3"], _runs.Folder["shard1"], _runs.Folder["shard2"], "--out", _runs.Folder["merged"] + "/", "--json"]);
        var written = await Tool.Run(["merge", _runs.Folder["merged"], "--out", _runs.Folder["merged.json"]]);

        Assert.Equal(whole.Output, merged.Output);
        Assert.Equal(whole.Talk, merged.Talk);
        Assert.Equal(1, merged.ExitCode);
        Assert.Equal(1, written.ExitCode);
        Assert.Equal(whole.Output, await File.ReadAllTextAsync(_runs.Folder["merged.json"], TestContext.Current.CancellationToken));
        Assert.Equal(
            ResultManifest.Read(_runs.Folder["whole"]).Summary!.Value.GetRawText(), ResultManifest.Read(_runs.Folder["merged"]).Summary!.Value.GetRawText());
        Assert.Equal(ResultSet.Read(_runs.Folder["whole"]).Rows, ResultSet.Read(_runs.Folder["merged"]).Rows);
    }

    [Fact]
    public async Task Merge_WhatDoesNotBelongTogether_IsRefused()
    {
        await _runs.Run("one", "--shard", "1/3");
        await _runs.Run("two", "--shard", "2/3");
        await _runs.Run("other", "--shard", "3/3", "--clamp");
        await _runs.Run("whole");

        (await Merge("one", "two")).RefusedInput(_runs.Folder["one"], "shard 3/3 is missing", "--allow-missing");
        (await Merge("one", "two", "other")).RefusedInput(_runs.Folder["other"], "of another run", "clamp is 'false' there, 'true' now");
        (await Merge("one", "whole")).RefusedInput(_runs.Folder["whole"], "is no shard");
        (await Merge("one", "one", "two")).RefusedInput(_runs.Folder["one"], "is in", "Give each shard once");
        (await Merge("pred")).RefusedInput(_runs.Folder["pred"], "holds no manifest.json");

        var partly = await Merge("one", "two", "--allow-missing");
        Assert.Equal(1, partly.ExitCode);
        Assert.StartsWith("perceptual-eval: shard 3/3 is missing.", partly.Talk, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--resume", "--resume is for a folder")]
    [InlineData("--part-size=5", "--part-size is for a folder")]
    [InlineData("--shard=0/3", "--shard 0/3: expected I/N")]
    [InlineData("--shard=4/3", "--shard 4/3: expected I/N")]
    public async Task Score_OptionsThatDoNotFit_AreRefused(string option, string expected) =>
        (await models.Score(_runs.Folder["pred"], _runs.Folder["target"], option)).RefusedInput(expected);

    private Task<ToolRun> Merge(params string[] names) =>
        Tool.Run(["merge", .. names.Select(name => name.StartsWith('-') ? name : _runs.Folder[name])]);
}
