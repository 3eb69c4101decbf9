using PerceptualEval.Cli.Gates;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.Cli.Tests.Results;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Gates;

public sealed class BaselineScoresTests : IDisposable
{
    private static readonly ScoreProvenance WithInputs = Scores.Provenance with { Weights = new LossWeights(1, 0.5, 1) };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Read_ModelsOfOtherNamesAndAnIdleResize_Compare()
    {
        var now = Scores.Provenance with { Decoder = new ModelIdentity("renamed", "aa11"), Lpips = new ModelIdentity("mine", "bb22"), Resize = "image" };

        var gate = Read(Scores.Provenance, now).NotWorse([("cat#0", 1), ("b\u00e4ume/it's", 2)], 0, null, CancellationToken.None);

        Assert.Equal("gate failed: mean loss is 1.000 above that of", gate.Failure?[..45]);
    }

    [Fact]
    public void Read_OtherWeightsOfAModel_IsRefused() =>
        Refused(Scores.Provenance, Scores.Provenance with { Decoder = new ModelIdentity("taef2", "cc33") }, "decoder is", "\"aa11\"", "\"cc33\"");

    [Fact]
    public void Read_OtherResizeOfAWeightedTerm_IsRefused() =>
        Refused(WithInputs, WithInputs with { Resize = "image" }, "resize is \"none\" there, \"image\" now");

    [Fact]
    public void Read_OtherPrecision_IsRefused() => Refused(
        Scores.Provenance, Scores.Provenance with { More = new Dictionary<string, object>(Scores.Provenance.More!) { ["precision"] = "tf32" } }, "precision is not given there, \"tf32\" now");

    [Fact]
    public void NotWorse_SamplesWithoutPartner_AreCounted()
    {
        var baseline = Read(Scores.Provenance, Scores.Provenance);

        var gate = baseline.NotWorse([("cat#0", 0.25), ("dog#0", 9), ("cat#1", 9), ("b\u00e4ume/it's", 0.75), ("dog#1", 9)], 0, null, CancellationToken.None);

        Assert.True(gate.IsMet);
        Assert.Contains($"'{_folder["x.json"]}': 2 samples of this run, 0 of that one", gate.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void NotWorse_OneSharedSampleThatIsFinite_Fails()
    {
        // The other one is not finite there.
        var gate = Read(Scores.Provenance, Scores.Provenance).NotWorse([("cat#0", 0.25), ("cat#1", 9)], 0, "late", CancellationToken.None);

        Assert.StartsWith("gate failed: 1 samples of 'late' are finite here and in", gate.Failure, StringComparison.Ordinal);
        Assert.Contains("0 samples of this run, 1 of that one", gate.Note, StringComparison.Ordinal);
    }

    [Fact]
    public void NotWorse_OneSharedSample_Fails()
    {
        var baseline = Read(Scores.Provenance, Scores.Provenance);

        var gate = baseline.NotWorse([("cat#0", 0.25), ("dog#0", 1)], 0, null, CancellationToken.None);

        Assert.StartsWith("gate failed: of the 3 samples of", gate.Failure, StringComparison.Ordinal);
        Assert.Contains("and the 2 of this run, 1 have the same id; expected at least 2", gate.Failure, StringComparison.Ordinal);
    }

    private void Refused(ScoreProvenance there, ScoreProvenance now, params string[] expected)
    {
        var message = Assert.Throws<ResultException>(() => Read(there, now)).Message;
        Assert.All(expected, part => Assert.Contains(part, message, StringComparison.Ordinal));
    }

    private BaselineScores Read(ScoreProvenance there, ScoreProvenance now)
    {
        Scores.WriteAll(ScoreFile.Create(_folder["x.json"], there));
        return BaselineScores.Read(_folder["x.json"], now);
    }
}
