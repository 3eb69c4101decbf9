using System.Text.Json;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary><c>--report</c>, <c>--plots</c> and <c>report</c> from outside.</summary>
public sealed class ReportVerbTests(ToolModels models) : IDisposable
{
    private const int Samples = 6;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Score_Report_HoldsTheScoresAndThePicturesOfThePairs()
    {
        var run = await Score("--json", "--report", _folder["page.html"], "--plots", _folder["plots"]);

        run.Succeeded();
        using var data = Data("page.html");
        var scores = run.Json().GetProperty("samples").EnumerateArray().Select(sample => sample.GetProperty("loss").GetDouble()).ToArray();
        var shown = data.RootElement.GetProperty("checkpoints")[0].GetProperty("values")[0].EnumerateArray().Select(value => value.GetDouble()).ToArray();
        Assert.Equal(Samples, shown.Length);
        Assert.All(scores.Zip(shown), pair => Assert.Equal(pair.First, pair.Second, pair.First * 1e-4));
        var worst = data.RootElement.GetProperty("gallery").GetProperty("groups")[0].GetProperty("samples")[0].GetInt32();
        Assert.Equal(Array.IndexOf(scores, scores.Max()), worst);
        Assert.Equal(["target", "prediction", "heatMap"], PageData.Kinds(data, worst));
        Assert.Equal(JsonValueKind.Null, data.RootElement.GetProperty("gallery").GetProperty("note").ValueKind);
        Assert.True(File.Exists(_folder["plots/latent-l2-against-lpips.svg"]));
    }

    [Fact]
    public async Task Report_OfAFolder_IsThePageOfTheRun()
    {
        (await Score("--out", _folder["results"], "--report", _folder["first.html"])).Succeeded();

        (await models.Run("report", _folder["results"], "-o", _folder["again.html"])).Succeeded();

        using var first = Data("first.html");
        using var again = Data("again.html");
        foreach (var part in new[] { "ids", "terms", "gallery", "facts" })
        {
            Assert.Equal(first.RootElement.GetProperty(part).GetRawText(), again.RootElement.GetProperty(part).GetRawText());
        }
    }

    [Fact]
    public async Task Report_InputsGoneOrChanged_SaysWhyThereAreNoPictures()
    {
        (await Score("--out", _folder["results"])).Succeeded();
        _folder.Npy("pred/more.npy", 1, 4, 4, 4);
        _folder.Npy("target/more.npy", 1, 4, 4, 4);

        var changed = await models.Run("report", _folder["results"], "-o", _folder["changed.html"]);
        Directory.Delete(_folder["pred"], recursive: true);
        var gone = await models.Run("report", _folder["results"], "-o", _folder["gone.html"]);

        Assert.Equal((0, 0), (changed.ExitCode, gone.ExitCode));
        using var data = Data("gone.html");
        Assert.Contains("There are no pictures: ", data.RootElement.GetProperty("gallery").GetProperty("note").GetString(), StringComparison.Ordinal);
        Assert.Contains("the files are others now", changed.Talk, StringComparison.Ordinal);
        Assert.Contains("pred", gone.Talk, StringComparison.Ordinal);
        Assert.Empty(data.RootElement.GetProperty("gallery").GetProperty("pictures").EnumerateObject());
    }

    [Fact]
    public async Task Report_OfASingleFile_HasTheNumbersAndNoPictures()
    {
        (await Score("--out", _folder["results.csv"])).Succeeded();

        var run = await models.Run("report", _folder["results.csv"], "-o", _folder["page.html"]);

        Assert.Equal(0, run.ExitCode);
        Assert.Contains("a single file of results does not say where its samples are", run.Talk, StringComparison.Ordinal);
        using var data = Data("page.html");
        Assert.Equal(Samples, data.RootElement.GetProperty("ids").GetArrayLength());
    }

    [Fact]
    public async Task Report_NothingToWrite_IsRefused()
    {
        (await Score("--out", _folder["results"])).Succeeded();

        (await models.Run("report", _folder["results"])).RefusedInput("nothing to write", "-o FILE", "--plots DIR");
        (await models.Run("report", _folder["results"], "-o", _folder["no/such/page.html"])).RefusedInput("no folder");
    }

    private async Task<ToolRun> Score(params string[] more)
    {
        for (var i = 0; i < Samples; i++)
        {
            var target = FormulaTensors.Latents($"target {i}", 64);
            _folder.Npy($"target/s{i}.npy", target, 4, 4, 4);
            _folder.Npy($"pred/s{i}.npy", [.. target.Select(value => value + (0.1f * ((i * 5 % 6) + 1)))], 4, 4, 4);
        }

        return await models.Score(_folder["pred"], _folder["target"], more);
    }

    private JsonDocument Data(string page) => PageData.Of(_folder[page]);
}
