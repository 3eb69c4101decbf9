using System.Text.Json;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary><c>compare --out DIR</c>: its baseline, <c>--resume</c>, <c>--shard</c> and <c>merge</c>.</summary>
public sealed class CompareFolderTests(ToolModels models) : IDisposable
{
    private readonly ResultFolderRuns _runs = new(models, 24);

    public void Dispose() => _runs.Dispose();

    [Theory]
    [InlineData("out/")]
    [InlineData("out.json")]
    [InlineData("out.parquet")]
    public async Task Compare_Baseline_IsReadBackWithTheResults(string name)
    {
        string[] folderOnly = ["--part-size", "10"];
        var arguments = await _runs.CompareArguments("unused", "--baseline", "early", "--seed", "3");
        var run = await Tool.Run(
            [.. arguments.Where(argument => !folderOnly.Contains(argument)).Select(argument => argument == _runs.Folder["unused/"] ? _runs.Folder[name] : argument)]);

        var comparison = ResultSet.Read(_runs.Folder[name]).Compare(TestContext.Current.CancellationToken);

        Assert.Equal(1, run.ExitCode);
        Assert.Equal(("early", 3), (comparison.Baseline, comparison.Seed));
        var json = JsonElement.Parse(ComparisonJson.Document(comparison, ResultFolderRuns.Bad));
        Assert.Equal(run.Json().GetProperty("comparisons").GetRawText(), json.GetProperty("comparisons").GetRawText());
    }

    [Fact]
    public async Task Compare_ResumedWithAnotherBaseline_IsRefused()
    {
        var first = await _runs.Compare("out", "--baseline", "early");

        (await _runs.Compare("out", "--resume")).RefusedInput("another run: baseline is 'early' there, 'late' now");
        var again = await _runs.Compare("out", "--resume", "--baseline", "early");

        Assert.Equal(first.Output, again.Output);
        Assert.Equal("early", ResultManifest.Read(_runs.Folder["out"]).Summary!.Value.GetProperty("baseline").GetString());
    }

    [Fact]
    public async Task Merge_ComparedShards_IsTheUndividedComparison()
    {
        var whole = await _runs.Compare("whole");
        foreach (var shard in (string[])["1/3", "2/3", "3/3"])
        {
            await _runs.Compare($"shard{shard[0]}", "--shard", shard);
        }

        string[] shards = [_runs.Folder["shard3"], _runs.Folder["shard1"], _runs.Folder["shard2"]];
        var merged = await Tool.Run(["merge", .. shards, "--out", _runs.Folder["merged"] + "/", "--json"]);
        var table = await Tool.Run(["merge", _runs.Folder["merged"]]);
        var incomplete = await Tool.Run(["merge", .. shards[..2]]);

        Assert.Equal(whole.Output, merged.Output);
        Assert.Equal(whole.Talk, merged.Talk);
        Assert.Equal(1, merged.ExitCode);
        Assert.Equal(Summary("whole"), Summary("merged"));
        Assert.Contains("against late", table.Output, StringComparison.Ordinal);
        Assert.Contains("late, s005: pred: 36 NaN of 36 values", table.Output, StringComparison.Ordinal);
        incomplete.RefusedInput("shard 2/3 is missing", "compare --resume");
    }

    private string Summary(string name) => ResultManifest.Read(_runs.Folder[name]).Summary!.Value.GetRawText();
}
