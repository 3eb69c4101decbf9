using System.Globalization;
using PerceptualEval.Inference;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>What <c>score</c> puts out: the JSON contract, the files of <c>--out</c>, the table, the gate.</summary>
public sealed class ScoreOutputTests : IDisposable
{
    private const string Terms = "{mean, std, min, p50, p95, max, ci95 []}";

    private readonly TemporaryFolder _folder = new();
    private readonly ToolModels _models;
    private readonly string _pred;
    private readonly string _target;

    public ScoreOutputTests(ToolModels models)
    {
        _models = models;
        var target = FormulaTensors.Latents("target", 3 * 4 * 3 * 3);
        _target = _folder.Npy("t.npy", target, 3, 4, 3, 3);
        _pred = _folder.Npy("p.npy", FormulaTensors.Near("pred", target), 3, 4, 3, 3);
    }

    public static TheoryData<string> Extensions => [".json", ".jsonl", ".csv", ".parquet"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Json_Score_HasTheKeysOfTheContractInTheirOrder()
    {
        var json = (await _models.Score(_pred, _target, "--json")).Succeeded().Json();

        Assert.Equal(
            "{schema, "
            + "provenance {version, runtime, device, decoder {name, sha256}, lpips {name, sha256}, weights {latent, perceptual, input}, units, resize, clamp, batch}, "
            + "samples [{id, loss, latent_l2_loss, perceptual_loss, perceptual_loss_on_inputs}], "
            + $"summary {{count, non_finite, loss {Terms}, latent_l2_loss {Terms}, perceptual_loss {Terms}, perceptual_loss_on_inputs}}}}",
            JsonShape.Of(json));
        Assert.Equal(1, json.GetProperty("schema").GetInt32());
    }

    [Fact]
    public async Task Json_Provenance_SaysWhatTheScoresDependOn()
    {
        var json = (await _models.Score(_pred, _target, "--json", "--latent-weight", "0.5", "--clamp", "--batch", "2")).Succeeded().Json();
        using var loss = await _models.Library();

        var provenance = json.GetProperty("provenance");
        Assert.Equal(ToolVersion.Text, provenance.GetProperty("version").GetString());
        Assert.Equal(InferenceRuntime.Version, provenance.GetProperty("runtime").GetString());
        Assert.Equal("cpu", provenance.GetProperty("device").GetString());
        Assert.Equal(ToolModels.Decoder, provenance.GetProperty("decoder").GetProperty("name").GetString());
        Assert.Equal(loss.Decoder.Model.Sha256, provenance.GetProperty("decoder").GetProperty("sha256").GetString());
        Assert.Equal(loss.Lpips.Model.Sha256, provenance.GetProperty("lpips").GetProperty("sha256").GetString());
        Assert.Equal("""{"latent":0.5,"perceptual":1,"input":0}""", provenance.GetProperty("weights").GetRawText());
        Assert.Equal("model none True 2", string.Join(' ',
            provenance.GetProperty("units"), provenance.GetProperty("resize"), provenance.GetProperty("clamp"), provenance.GetProperty("batch")));
    }

    [Theory]
    [MemberData(nameof(Extensions))]
    public async Task Out_EachFormat_HoldsWhatStandardOutputHolds(string extension)
    {
        var path = _folder["scores" + extension];

        var run = (await _models.Score(_pred, _target, "--json", "--out", path)).Succeeded();

        Assert.Equal(ScoredSamples.Of(run.Json()), await ScoredSamples.Read(path));
        Assert.Equal(["p.npy", "scores" + extension, "t.npy"], _folder.Files);
    }

    [Fact]
    public async Task Out_Json_IsStandardOutputToTheByte()
    {
        var run = (await _models.Score(_pred, _target, "--json", "--out", _folder["scores.json"])).Succeeded();

        Assert.Equal(run.Output, await File.ReadAllTextAsync(_folder["scores.json"], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Table_Score_ShowsSamplesAndSummaryInPlainColumns()
    {
        var json = (await _models.Score(_pred, _target, "--json")).Succeeded().Json();
        var table = (await _models.Score(_pred, _target)).Succeeded().Output.Split('\n');

        var rows = table.Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(cells => cells.Length > 0).ToArray();
        var losses = json.GetProperty("samples").EnumerateArray().Select(sample => sample.GetProperty("loss").GetDouble()).ToArray();
        for (var i = 0; i < 3; i++)
        {
            var shown = double.Parse(Assert.Single(rows, cells => cells[0] == $"t#{i}")[1], CultureInfo.InvariantCulture);
            Assert.InRange(shown, losses[i] * 0.9995, losses[i] * 1.0005); // four digits
        }

        var mean = double.Parse(Assert.Single(rows, cells => cells[0] == "mean")[1], CultureInfo.InvariantCulture);
        Assert.InRange(mean, losses.Average() * 0.9995, losses.Average() * 1.0005);
        Assert.Contains("weights  latent 1, perceptual 1, input 0", table);
        Assert.All(table, line => Assert.Equal(line.TrimEnd(), line));
    }

    [Fact]
    public async Task FailAbove_MeanBelowTheLimit_Passes() =>
        (await _models.Score(_pred, _target, "--json", "--fail-above", "1e3")).Succeeded();

    [Fact]
    public async Task FailAbove_MeanAboveTheLimit_Fails()
    {
        var run = await _models.Score(_pred, _target, "--json", "--fail-above", "0.001", "--out", _folder["scores.csv"]);

        var mean = run.Json().GetProperty("summary").GetProperty("loss").GetProperty("mean").GetDouble();
        run.Said(1, "gate failed", mean.ToString("R", CultureInfo.InvariantCulture), "above 0.001");
        Assert.Equal(3, (await ScoredSamples.Read(_folder["scores.csv"])).Length);
    }

    [Fact]
    public async Task FailAbove_MeanThatIsTheLimit_Passes() =>
        (await _models.Score(_target, _target, "--json", "--fail-above", "0")).Succeeded();
}
