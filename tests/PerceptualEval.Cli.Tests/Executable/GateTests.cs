using System.Xml.Linq;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>Gates: which runs exit 1, and what their reports for CI say.</summary>
public sealed class GateTests : IDisposable
{
    private const int Samples = 6;

    private readonly ToolModels _models;
    private readonly TemporaryFolder _folder = new();
    private readonly string _target;
    private readonly string _late;
    private readonly string _early;

    public GateTests(ToolModels models)
    {
        _models = models;
        var target = FormulaTensors.Latents("target", Samples * 64);
        var late = FormulaTensors.Near("late", target);
        _target = _folder.Npy("t.npy", target, Samples, 4, 4, 4);
        _late = _folder.Npy("late.npy", late, Samples, 4, 4, 4);
        _early = _folder.Npy("early.npy", [.. target.Zip(late, (t, l) => t + (1.25f * (l - t)))], Samples, 4, 4, 4);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Compare_WorseThanTheBaseline_Fails()
    {
        var run = await Compare("--baseline", "late", "--fail-if-worse-than", "late");

        run.Said(1, "gate failed: mean loss of 'early' is", "above that of 'late'", "95 % interval", "over 6 samples");
        Assert.Contains("worse", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_BetterThanTheBaseline_Passes() =>
        (await Compare("--fail-if-worse-than", "early")).Succeeded();

    [Fact]
    public async Task Compare_CandidateAboveTheLimit_Fails()
    {
        (await Compare("--baseline", "early", "--fail-above", "0.01")).Said(1, "gate failed: mean loss ", "of 'late' is above 0.01");
    }

    [Fact]
    public async Task Score_Reports_SayWhichGatesFailed()
    {
        (await _models.Score(_late, _target, "--fail-above", "0.01", "--junit", _folder["x.xml"], "--summary", _folder["x.md"])).Said(1, "gate failed");

        var suite = XDocument.Load(_folder["x.xml"]).Root!.Element("testsuite")!;
        Assert.Equal(("3", "1"), (suite.Attribute("tests")!.Value, suite.Attribute("failures")!.Value));
        var failed = Assert.Single(suite.Elements("testcase"), test => test.Element("failure") is not null);
        Assert.Equal("mean loss at most 0.01", failed.Attribute("name")!.Value);
        Assert.Contains("is above 0.01", failed.Element("failure")!.Attribute("message")!.Value, StringComparison.Ordinal);
        var markdown = await File.ReadAllTextAsync(_folder["x.md"], TestContext.Current.CancellationToken);
        Assert.Contains("- ❌ mean loss at most 0.01: gate failed: mean loss", markdown, StringComparison.Ordinal);
        Assert.Contains("- ✅ every score is finite", markdown, StringComparison.Ordinal);
        Assert.Contains("### perceptual-eval score: 6 samples", markdown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Compare_Reports_HaveEveryCheckpoint()
    {
        (await Compare("--fail-if-worse-than", "early", "--junit", _folder["x.xml"], "--summary", _folder["x.md"])).Succeeded();

        var suite = XDocument.Load(_folder["x.xml"]).Root!.Element("testsuite")!;
        Assert.Equal("0", suite.Attribute("failures")!.Value);
        Assert.Equal(
            ["every file can be read", "every score of 'early' is finite", "every score of 'late' is finite", "mean loss of 'late' not above that of 'early'"],
            suite.Elements("testcase").Select(test => test.Attribute("name")!.Value));
        var markdown = (await File.ReadAllTextAsync(_folder["x.md"], TestContext.Current.CancellationToken)).Split('\n');
        Assert.Matches(@"^\| late \| -[0-9.e-]+ \| -[0-9.e-]+ to -[0-9.e-]+ \| 100 % \| 0\.03125 \| better \|$", Assert.Single(markdown, line => line.EndsWith("| better |", StringComparison.Ordinal)));
        Assert.Equal(2, markdown.Count(line => line.StartsWith("| late | ", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("earlier.json")]
    [InlineData("earlier.jsonl")]
    [InlineData("earlier.csv")]
    [InlineData("earlier.parquet")]
    [InlineData("earlier/")]
    public async Task Score_WorseThanAnEarlierRun_Fails(string name)
    {
        var earlier = _folder[name];
        (await _models.Score(_late, _target, "--out", earlier)).Succeeded();

        (await _models.Score(_early, _target, "--fail-if-worse-than", earlier)).Said(1, "gate failed: mean loss is", $"above that of '{earlier}'", "over 6 samples");
        (await _models.Score(_late, _target, "--fail-if-worse-than", earlier)).Succeeded();
    }

    [Fact]
    public async Task Compare_WorseThanAnEarlierRun_FailsForTheCheckpointThatIs()
    {
        var earlier = _folder["earlier.json"];
        (await _models.Score(_late, _target, "--out", earlier)).Succeeded();

        (await Compare("--fail-if-worse-than", earlier)).Said(1, "gate failed: mean loss of 'early' is", $"above that of '{earlier}'");
    }

    [Fact]
    public async Task Score_EarlierRunThatDoesNotCompare_IsRefused()
    {
        var earlier = _folder["earlier.json"];
        (await _models.Score(_late, _target, "--out", earlier)).Succeeded();
        var compared = _folder["compared.csv"];
        (await Compare("--out", compared)).Succeeded();

        (await _models.Score(_late, _target, "--fail-if-worse-than", earlier, "--latent-weight", "2")).RefusedInput("weights", "do not compare");
        (await _models.Score(_late, _target, "--fail-if-worse-than", compared)).RefusedInput("several checkpoints");
        (await _models.Score(_late, _target, "--fail-if-worse-than", _folder["nosuch.json"])).RefusedInput("nosuch.json", "no such file");
    }

    [Fact]
    public async Task Score_EarlierRunOfOtherSamples_FailsTheGate()
    {
        var earlier = _folder["earlier.csv"];
        (await _models.Score(_late, _late, "--out", earlier)).Succeeded();

        (await _models.Score(_late, _target, "--fail-if-worse-than", earlier, "--summary", _folder["summary.md"])).Said(1, $"'{earlier}'", "0 have the same id");
        Assert.Contains("0 have the same id", await File.ReadAllTextAsync(_folder["summary.md"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
        var compared = await Compare("--fail-if-worse-than", earlier);
        Assert.Equal(1, compared.ExitCode);
        Assert.Contains("0 have the same id", compared.Talk, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Score_EarlierRunOfMoreSamples_SaysHowManyHaveNoPartner()
    {
        var earlier = _folder["earlier.csv"];
        (await _models.Score(_late, _target, "--out", earlier)).Succeeded();
        _folder.Npy("fewer/t.npy", FormulaTensors.Latents("target", Samples * 64)[..(4 * 64)], 4, 4, 4, 4);

        (await _models.Score(_folder["fewer/t.npy"], _folder["fewer/t.npy"], "--fail-if-worse-than", earlier, "--summary", _folder["x.md"]))
            .Said(0, "without a partner", $"'{earlier}': 0 samples of this run, 2 of that one");

        Assert.Contains("0 samples of this run, 2 of that one.)", await File.ReadAllTextAsync(_folder["x.md"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private Task<ToolRun> Compare(params string[] more) => _models.Run(
        ["compare", "--target", _target, "--pred", $"early={_early}", "--pred", $"late={_late}", "--decoder", ToolModels.Decoder, "--lpips", ToolModels.Lpips, .. more]);
}
