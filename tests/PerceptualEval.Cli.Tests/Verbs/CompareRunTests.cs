using System.Text.Json;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.Cli.Tests.Executable;
using PerceptualEval.Cli.Tests.Results;
using PerceptualEval.Cli.Verbs;
using PerceptualEval.Comparisons;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Verbs;

public sealed class CompareRunTests(ToolModels models) : IDisposable
{
    private static readonly string[] Names = ["late", "early"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Compare_InterruptedInTheStatistics_KeepsTheSamples()
    {
        WriteScoredRun();
        using var scoring = new CheckpointScoring(Names, await models.Library(), new ModelStore(models.Folder));
        using var folder = OpenFolder(resume: true);
        using var file = ScoreFile.Create(_folder["x.json"], Scores.Provenance, hasCheckpoints: true);
        var run = new CompareRun(scoring, new ComparisonAccumulator(Names), 0, file, folder, null, keepRows: false);
        var latents = _folder.Latent("t.npy");

        var summary = run.Compare(Dataset.OpenLatents(latents, latents, null, null, new()), new BatchSize(1), new CancellationToken(canceled: true), out _);

        Assert.Null(summary);
        using var json = JsonDocument.Parse(File.ReadAllText(_folder["x.json"]));
        Assert.Equal(6, json.RootElement.GetProperty("samples").GetArrayLength());
        Assert.False(json.RootElement.TryGetProperty("checkpoints", out _));
        Assert.Equal(6, ResultFolder.Read(_folder["out"]).Rows.Count);
    }

    private void WriteScoredRun()
    {
        using var writer = OpenFolder(resume: false);
        writer.Write(Enumerable.Range(0, 3).SelectMany(i => Names.Select(name => new ResultRow(i, name, new ScoreRow($"s{i}", i, i, i, null, null)))));
        writer.Complete("{}"u8);
    }

    private ResultFolderWriter OpenFolder(bool resume)
    {
        var provenance = JsonElement.Parse(ResultJson.Bytes(Scores.Provenance, ResultJson.Default.ScoreProvenance));
        return ResultFolderWriter.Open(_folder["out"], new ResultRun("compare", new Dictionary<string, string>(), provenance), 100, resume);
    }
}
