using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Tests.Datasets.Formats;
using PerceptualEval.Cli.Verbs;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Verbs;

public sealed class RunUnitsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Convert_PredInModelUnitsAndTargetRaw_BringsThePredToTheTargets()
    {
        using var batch = Batch(LatentUnits.Raw, LatentUnits.Model);

        RunUnits.Convert(batch, Decoder(scaling: 0.5, shift: 2), LatentUnits.Raw);

        // raw = model / scaling + shift
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (float)i), batch.Target.Span.ToArray());
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (i * 2f) + 2), batch.Pred.Span.ToArray());
    }

    [Fact]
    public void Convert_UnitsThatNobodySays_AreWhatTheDecoderExpects()
    {
        using var batch = Batch(LatentUnits.Raw, null);

        RunUnits.Convert(batch, Decoder(scaling: 0.5, shift: 2), LatentUnits.Raw);

        Assert.Equal(Enumerable.Range(0, 16).Select(i => (i * 2f) + 2), batch.Pred.Span.ToArray());
    }

    [Fact]
    public void Convert_ConversionNotKnown_IsRefusedWithTheFile()
    {
        using var batch = Batch(LatentUnits.Raw, LatentUnits.Model);

        var message = Assert.Throws<DatasetException>(() => RunUnits.Convert(batch, Decoder(null, null), LatentUnits.Raw)).Message;

        Assert.StartsWith($"'{_folder["p.npy"]}': shape [4,2,2], in model units; expected raw, and neither decoder 'small' nor the file knows", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Convert_FamilyThatTheCacheIsNamedAfter_KnowsWhatTheDecoderDoesNot()
    {
        var target = _folder["dog_0024x0016_sdxl.npz"];
        File.Copy(Path.Combine(GoldenFormat.Folder, "kohya", "dog_0024x0016_sdxl.npz"), target);
        var dataset = Dataset.OpenLatents(_folder.Npy("p.npy", 0, 4, 2, 3), target, null, null, new());
        using var batch = BatchReader.Read(dataset, 1, TestContext.Current.CancellationToken).First();
        var raw = batch.Target.Span.ToArray();

        Assert.Equal(LatentUnits.Model, RunUnits.Of(Decoder(null, null), dataset));
        RunUnits.Convert(batch, Decoder(null, null), LatentUnits.Model);

        Assert.Equal(raw.Select(value => value * 0.13025f), batch.Target.Span.ToArray());
        Assert.Equal(Enumerable.Range(0, 24).Select(i => (float)i), batch.Pred.Span.ToArray());
    }

    [Theory]
    [InlineData(0.5, LatentUnits.Raw)]
    [InlineData(null, LatentUnits.Model)]
    public void Of_TargetInRawUnits_IsRawWhereTheDecoderCanTakeIt(double? scaling, LatentUnits expected)
    {
        var reading = new LatentReading { Units = LatentUnits.Raw };
        var dataset = Dataset.OpenLatents(_folder.Latent("p.npy"), _folder.Latent("t.npy"), null, null, new(), reading, reading);

        Assert.Equal(expected, RunUnits.Of(Decoder(scaling, null), dataset));
    }

    private static Model Decoder(double? scaling, double? shift) => new("small", new ModelManifest
    {
        Name = "small",
        Kind = ModelKind.Decoder,
        Architecture = "none",
        Graphs = new Dictionary<string, HashedFile>(),
        Latent = new LatentSpace { Channels = 4, SpatialFactor = 8, Units = LatentUnits.Model, Scaling = scaling, Shift = shift },
    });

    private SampleBatch Batch(LatentUnits? target, LatentUnits? pred)
    {
        var dataset = Dataset.OpenLatents(
            _folder.Latent("p.npy"), _folder.Latent("t.npy"), null, null, new(), new LatentReading { Units = pred }, new LatentReading { Units = target });
        return Assert.Single(BatchReader.Read(dataset, 1));
    }
}
