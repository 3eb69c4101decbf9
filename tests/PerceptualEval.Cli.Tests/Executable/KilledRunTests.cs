using System.Globalization;
using PerceptualEval.Cli.Results.Folders;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>
/// Runs that are killed, not asked to stop: 3 times in the tests, as many times as <c>PERCEPTUAL_EVAL_KILLS</c> says, and on 500
/// samples, where that is set.
/// </summary>
public sealed class KilledRunTests(ToolModels models)
{
    private static readonly int Kills =
        int.TryParse(Environment.GetEnvironmentVariable("PERCEPTUAL_EVAL_KILLS"), NumberStyles.None, CultureInfo.InvariantCulture, out var kills) ? kills : 0;

    [Fact]
    public async Task Score_KilledAtRandomMoments_ResumesToTheResultsOfAnUndisturbedRun()
    {
        var (kills, samples) = Kills > 0 ? (Kills, 500) : (3, 60);
        using var runs = new ResultFolderRuns(models, samples);
        var undisturbed = await runs.Run("undisturbed");
        Assert.Equal(samples - ResultFolderRuns.Bad, undisturbed.Json().GetProperty("summary").GetProperty("count").GetInt32());
        var random = new Random(kills);

        for (var i = 0; i < kills; i++)
        {
            var before = runs.Rows("killed");
            var seen = await KilledOnTheWay(runs, random, before + (samples * random.NextDouble() / kills));

            // What was on disk before the kill is there after it, whole.
            var after = ResultManifest.IsIn(runs.Folder["killed"]) ? ResultFolder.Read(runs.Folder["killed"]) : null;
            var rows = (after?.Rows.Count ?? 0) + (after?.BadFiles.Count ?? 0);
            Assert.InRange(rows, Math.Max(before, seen), samples);
            TestContext.Current.SendDiagnosticMessage("kill {0}: {1} rows before, {2} after", i + 1, before, rows);
        }

        var kept = runs.Rows("killed");
        var resumed = await runs.Run("killed", "--resume");

        Assert.Equal(undisturbed.Output, resumed.Output);
        Assert.Equal(undisturbed.ExitCode, resumed.ExitCode);
        Assert.Equal(Summary(runs, "undisturbed"), Summary(runs, "killed"));
        Assert.Equal(kept > 0, resumed.Talk.Contains($"holds {kept} samples already", StringComparison.Ordinal));
    }

    // Waits for a number of rows, or a while, and then a moment more.
    private static async Task<long> KilledOnTheWay(ResultFolderRuns runs, Random random, double rows)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var tool = Tool.Start(await runs.Arguments("killed", "--resume"));
        if (random.Next(4) == 0)
        {
            await Task.Delay(random.Next(1500), cancel);
        }
        else
        {
            while (tool.IsRunning && runs.Rows("killed") < rows)
            {
                await Task.Delay(2, cancel);
            }
        }

        await Task.Delay(random.Next(20), cancel);
        var seen = runs.Rows("killed");
        await tool.Kill();
        return seen;
    }

    private static string Summary(ResultFolderRuns runs, string name) => ResultManifest.Read(runs.Folder[name]).Summary!.Value.GetRawText();
}
