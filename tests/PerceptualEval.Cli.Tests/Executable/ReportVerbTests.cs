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
        var worst = data.RootElement.GetProperty("gallery").GetProperty("groups")[0].GetProperty("ids")[0].GetString()!;
        Assert.Equal($"s{Array.IndexOf(scores, scores.Max())}", worst);
        Assert.Equal(["target", "prediction", "heat-map"], ReportedPage.Kinds(data, worst));
        Assert.Equal(JsonValueKind.Null, data.RootElement.GetProperty("gallery").GetProperty("note").ValueKind);
        Assert.True(File.Exists(_folder["plots/latent-l2-against-lpips.svg"]));
    }

    [Theory]
    [InlineData]
    [InlineData("--clamp")]
    [InlineData("--tile", "8")]
    [InlineData("--latent-weight", "0.25", "--perceptual-weight", "3")]
    public async Task Report_OfAFolder_IsThePageOfTheRun(params string[] options)
    {
        (await Score(["--out", _folder["results"], "--report", _folder["first.html"], .. options])).Succeeded();

        (await models.Run("report", _folder["results"], "-o", _folder["again.html"])).Succeeded();

        using var first = Data("first.html");
        using var again = Data("again.html");
        foreach (var part in new[] { "ids", "terms", "gallery", "facts" })
        {
            Assert.Equal(first.RootElement.GetProperty(part).GetRawText(), again.RootElement.GetProperty(part).GetRawText());
        }
    }

    [Fact]
    public async Task Report_OfARunThatIsNotComplete_SaysSoFirst()
    {
        (await Score("--out", _folder["results"])).Succeeded();
        var manifest = _folder["results/manifest.json"];
        var text = await File.ReadAllTextAsync(manifest, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(manifest, text.Replace("\"complete\"", "\"running\"", StringComparison.OrdinalIgnoreCase), TestContext.Current.CancellationToken);

        (await models.Run("report", _folder["results"], "-o", _folder["page.html"])).Said(0, "not complete");

        Assert.Contains("<p>The run is not complete", await File.ReadAllTextAsync(_folder["page.html"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OfClampedPictures_HasOtherHeatMaps()
    {
        (await Score("--out", _folder["plain"], "--report", _folder["plain.html"])).Succeeded();
        (await Score("--clamp", "--out", _folder["clamped"], "--report", _folder["clamped.html"])).Succeeded();

        using var plain = Data("plain.html");
        using var clamped = Data("clamped.html");
        Assert.NotEqual(HeatMapEnd(plain), HeatMapEnd(clamped));
    }

    [Fact]
    public async Task Report_SamplesThatWereLeftOut_AreLeftOutAgain()
    {
        _folder.Npy("pred/alone.npy", 1, 4, 4, 4);
        (await Score("--allow-missing", "--out", _folder["results"])).Said(0, "left out", "alone");

        (await models.Run("report", _folder["results"], "-o", _folder["page.html"])).Succeeded();

        using var data = Data("page.html");
        Assert.Equal(["target", "prediction", "heat-map"], ReportedPage.Kinds(data, "s0"));
    }

    [Fact]
    public async Task Report_OfDecodersOneOfWhichIsReplaced_SaysSoAndHasNoPictures()
    {
        await Score();
        await BuildReplaced(FormulaWeights.TaesdDecoder(4, pooled: true));
        for (var i = 0; i < Samples; i++)
        {
            _folder.Npy($"images/s{i}.npy", FormulaTensors.Image($"image {i}", 1, 32, 32), 3, 32, 32);
        }

        (await models.Run(
            "compare", "--decoders", $"{ToolModels.Decoder},replaced", "--pred", _folder["pred"], "--images", _folder["images"], "--lpips", ToolModels.Lpips,
            "--out", _folder["results"])).Succeeded();
        var same = await models.Run("report", _folder["results"], "-o", _folder["same.html"]);
        Directory.Delete(Path.Combine(models.Folder, "replaced"), recursive: true);
        await BuildReplaced(FormulaWeights.TaesdDecoder(4));
        var other = await models.Run("report", _folder["results"], "-o", _folder["other.html"]);

        same.Succeeded();
        other.Said(0, "model 'replaced' is another one now", "the results are of", "--models");
        using var data = Data("same.html");
        Assert.Equal(["original", "decoded", "heat-map", "decoded", "heat-map"], ReportedPage.Kinds(data, "s0"));

        // Both decode the same latents.
        Assert.DoesNotContain("latent_l2_loss", data.RootElement.GetRawText(), StringComparison.Ordinal);
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

    private async Task BuildReplaced(FormulaWeights weights)
    {
        var checkpoint = SafetensorsWriter.Write(_folder["replaced.safetensors"], weights);
        Assert.Equal(0, (await Tool.Run("build", "decoder", checkpoint, "--name", "replaced", "--models", models.Folder)).ExitCode);
    }

    private static double HeatMapEnd(JsonDocument data) => data.RootElement.GetProperty("gallery").GetProperty("heatMapEnd").GetDouble();

    private JsonDocument Data(string page) => ReportedPage.Of(_folder[page]);
}
