using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Verbs;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Verbs;

public sealed class NonFiniteValuesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public NonFiniteValuesTests()
    {
        _folder.Npy("bad.npy", [float.NaN, float.PositiveInfinity, 0, 0], 4, 1, 1);
        _folder.Npy("good.npy", [0, 0, 0, 0], 4, 1, 1);
        _folder.Npy("image.npy", new float[3], 3, 1, 1);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Explain_Pair_NamesTheSide()
    {
        Assert.Equal("target: 1 NaN and 1 infinite of 4 values", Explain(Dataset.OpenLatents(_folder["good.npy"], _folder["bad.npy"], null, null, new())));
        Assert.Equal("pred: 1 NaN and 1 infinite of 4 values", Explain(Dataset.OpenLatents(_folder["bad.npy"], _folder["good.npy"], null, null, new())));
    }

    [Fact]
    public void Explain_LatentsOfComparedDecoders_AreWhatTheUserCallsThem() => Assert.Equal(
        "pred: 1 NaN and 1 infinite of 4 values",
        Explain(Dataset.Open([new("--pred", _folder["bad.npy"], SourceKind.Latent), new("--images", _folder["image.npy"], SourceKind.Image)], new())));

    private static string Explain(Dataset dataset)
    {
        using var batch = Assert.Single(BatchReader.Read(dataset, 1, TestContext.Current.CancellationToken));
        return NonFiniteValues.Explain(batch, 0);
    }
}
