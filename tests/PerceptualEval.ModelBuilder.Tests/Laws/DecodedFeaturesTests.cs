using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Tests.Building;
using PerceptualEval.Models;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Laws;

/// <summary>Images that stay where they are decoded, as on a GPU but in the CPU's memory, give the features that they give over the host.</summary>
public sealed class DecodedFeaturesTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(null, false)]
    [InlineData(LatentUnits.Raw, true)]
    public void Compute_OnDevice_GivesTheSameFeatures(LatentUnits? units, bool toHost)
    {
        using var pairs = new LatentPairs();
        using var decoder = new LatentDecoder(
            _folder.With(models.TaesdDecoder(), manifest => manifest with { Latent = manifest.Latent! with { Scaling = 1.5, Shift = 0.1 } }), TestModels.OneThread);
        var options = new LossOptions { Units = units };
        bool[] finite = [true, true, false], finiteOnHost = [true, true, false];

        using var kept = Features(options, onDevice: true, decoder).Compute(pairs.Target, finite, toHost);
        using var brought = Features(options, onDevice: false, decoder).Compute(pairs.Target, finiteOnHost, toHost);

        AssertEqual(brought, kept);
        Assert.Equal([true, true, false], finite);
        Assert.Equal(finiteOnHost, finite);
    }

    [Fact]
    public void Compute_OnePoisonedSample_MarksItAlone()
    {
        using var pairs = new LatentPairs();
        pairs.Target.Sample(1)[17] = float.NaN;
        bool[] finite = [true, true, true], finiteOnHost = [true, true, true];

        using var kept = Features(new LossOptions(), onDevice: true).Compute(pairs.Target, finite);
        using var brought = Features(new LossOptions(), onDevice: false).Compute(pairs.Target, finiteOnHost);

        Assert.Equal([true, false, true], finiteOnHost);
        Assert.Equal(finiteOnHost, finite);
    }

    [Fact]
    public void Compute_LatentsLargerThanATile_AreTiled()
    {
        using var latents = Measured.Tensor(FormulaTensors.Latents("tiled", LatentPairs.Channels * 12 * 12), 1, LatentPairs.Channels, 12, 12);
        var tiled = new LossOptions { Tiling = new Tiling(8) };
        bool[] finite = [true];

        using var kept = Features(tiled, onDevice: true).Compute(latents, finite);
        using var brought = Features(tiled, onDevice: false).Compute(latents, finite);
        using var whole = Features(new LossOptions(), onDevice: true).Compute(latents, finite);

        AssertEqual(brought, kept);
        Assert.False(whole.Values[0].GetTensorDataAsSpan<float>().SequenceEqual(kept.Values[0].GetTensorDataAsSpan<float>()));
    }

    [Fact]
    public void Compute_SampleThatOverflowsFloat16_IsThatOfFloat32()
    {
        var model = Float16Builder.Add(OverflowingDecoder.Build(_folder));
        using var decoder = new LatentDecoder(model, TestModels.OneThread with { Precision = ComputePrecision.Float16 });
        using var latents = new TensorBuffer(new TensorShape(2, 4, 12, 12));
        latents.Sample(0).Fill(0.1f);
        latents.Sample(1).Fill(2);
        bool[] finite = [true, true];

        using var kept = Features(new LossOptions(), onDevice: true, decoder).Compute(latents, finite);

        Assert.Equal([true, true], finite);
        Assert.Equal(1, decoder.Recomputed);
    }

    [Fact]
    public void CanStay_OnTheCpu_IsFalse() =>
        Assert.False(DecodedFeatures.CanStay(models.LoadDecoder(models.TaesdDecoder()), models.Load(models.Lpips("squeeze")), new LossOptions()));

    private DecodedFeatures Features(LossOptions options, bool onDevice, LatentDecoder? decoder = null)
    {
        decoder ??= models.LoadDecoder(models.TaesdDecoder());
        return new DecodedFeatures(decoder, models.Load(models.Lpips("squeeze")), options, new LossDecoding(decoder, options), onDevice);
    }

    private static void AssertEqual(PerceptualFeatures expected, PerceptualFeatures actual)
    {
        Assert.Equal(expected.ImageShape, actual.ImageShape);
        Assert.Equal(expected.Values.Count, actual.Values.Count);
        foreach (var (one, other) in expected.Values.Zip(actual.Values))
        {
            Assert.True(one.GetTensorDataAsSpan<float>().SequenceEqual(other.GetTensorDataAsSpan<float>()));
        }
    }
}
