using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Pairs;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Datasets;

public sealed class DatasetFingerprintTests : IDisposable
{
    private const int Files = 200;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Of_FilesOverwrittenByOthersOfTheirLength_IsAnother()
    {
        var first = Of("step", value: 1);

        Assert.NotEqual(first, Of("step", value: 2));
    }

    [Fact]
    public void Of_CopyOfTheFiles_IsTheSame() => Assert.Equal(Of("step", value: 1), Of("copy", value: 1));

    private string Of(string name, float value)
    {
        for (var i = 0; i < Files; i++)
        {
            _folder.Npy($"{name}/{i}.npy", [value], 1, 1, 1, 1);
        }

        DatasetInput[] inputs = [new("--pred", _folder[name], SourceKind.Latent)];
        return DatasetFingerprint.Of(inputs, Pairing.Pair(inputs, new LeftOut()));
    }
}
