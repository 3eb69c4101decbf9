using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Tests.Building;
using PerceptualEval.Models;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Laws;

/// <summary>Images that stay where they are decoded, as on a GPU but in the CPU's memory, give the features that they give over the host.</summary>
public sealed class FeatureDecodingTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FiniteCheck _onDevice = new(ExecutionDevice.Cpu);

    public void Dispose()
    {
        _onDevice.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(LatentUnits.Raw, true)]
    public void Features_OnDevice_AreTheSame(LatentUnits? units, bool toHost)
    {
        using var pairs = new LatentPairs();
        using var decoder = Changed(manifest => manifest with { Latent = manifest.Latent! with { Scaling = 1.5, Shift = 0.1 } });
        var options = new LossOptions { Units = units };
        bool[] finite = [true, true, false], finiteOnHost = [true, true, false];

        using var kept = Decoding(decoder, options, _onDevice).Features(pairs.Target, finite, toHost);
        using var brought = Decoding(decoder, options).Features(pairs.Target, finiteOnHost, toHost);

        AssertEqual(brought, kept);
        Assert.Equal([true, true, false], finite);
        Assert.Equal(finiteOnHost, finite);
    }

    [Fact]
    public void Features_DecoderOfAnotherRange_ShowThatTheImagesDidNotComeToTheHost()
    {
        // Only the host's way converts the range, which is why such a decoder's images can't stay.
        using var pairs = new LatentPairs();
        using var decoder = Changed(manifest => manifest with { ImageRange = [0, 1] });

        using var kept = Decoding(decoder, new LossOptions(), _onDevice).Features(pairs.Target, [true, true, true]);
        using var brought = Decoding(decoder, new LossOptions()).Features(pairs.Target, [true, true, true]);

        Assert.False(First(brought).SequenceEqual(First(kept)));
    }

    [Fact]
    public void Features_OnePoisonedSample_MarkItAlone()
    {
        using var pairs = new LatentPairs();
        pairs.Target.Sample(1)[17] = float.NaN;
        bool[] finite = [true, true, true];

        using var kept = Decoding(models.LoadDecoder(models.TaesdDecoder()), new LossOptions(), _onDevice).Features(pairs.Target, finite);

        Assert.Equal([true, false, true], finite);
    }

    [Fact]
    public void Features_LatentsLargerThanATile_AreTiled()
    {
        using var latents = Measured.Tensor(FormulaTensors.Latents("tiled", LatentPairs.Channels * 12 * 12), 1, LatentPairs.Channels, 12, 12);
        var decoder = models.LoadDecoder(models.TaesdDecoder());
        var tiled = new LossOptions { Tiling = new Tiling(8) };

        using var kept = Decoding(decoder, tiled, _onDevice).Features(latents, [true]);
        using var brought = Decoding(decoder, tiled).Features(latents, [true]);
        using var whole = Decoding(decoder, new LossOptions(), _onDevice).Features(latents, [true]);

        AssertEqual(brought, kept);
        Assert.False(First(whole).SequenceEqual(First(kept)));
    }

    [Fact]
    public void Features_SampleThatOverflowsFloat16_AreThoseOfFloat32()
    {
        var model = Float16Builder.Add(OverflowingDecoder.Build(_folder));
        using var half = new LatentDecoder(model, TestModels.OneThread with { Precision = ComputePrecision.Float16 });
        using var exact = new LatentDecoder(model, TestModels.OneThread);
        using var latents = new TensorBuffer(new TensorShape(1, 4, 12, 12));
        FormulaTensors.Latents("overflow", latents.Span.Length).CopyTo(latents.Span);
        latents.Span[0] = 2;
        bool[] finite = [true];
        var decoding = Decoding(half, new LossOptions(), _onDevice);

        using var kept = decoding.Features(latents, finite);
        using var again = decoding.Features(latents, finite);
        using var brought = Decoding(exact, new LossOptions()).Features(latents, finite);

        AssertEqual(brought, kept);
        AssertEqual(brought, again);
        Assert.Equal([true], finite);
        Assert.Equal(2, half.Recomputed);
    }

    [Fact]
    public void DecodeOnDevice_SpatialFactorThatIsFalse_IsRefused()
    {
        using var pairs = new LatentPairs();
        using var decoder = Changed(manifest => manifest with { Latent = manifest.Latent! with { SpatialFactor = 4 } });

        var exception = Assert.Throws<InferenceException>(() => decoder.DecodeOnDevice(pairs.Target, null));

        Assert.Contains("[3,3,40,32]; its manifest says [3,3,20,16]", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Check_OnePixelThatIsNotFinite_MarksItsImageAlone(float poison)
    {
        using var pairs = new LatentPairs();
        pairs.Images.Sample(2)[^1] = poison;
        pairs.Images.Sample(0)[0] = float.MaxValue;
        using var images = OrtSession.Wrap(pairs.Images);

        Assert.Equal([true, true, false], _onDevice.Check(images));
    }

    [Fact]
    public void CanStay_OnTheCpu_IsFalseThoughTheyFitTogether()
    {
        var (decoder, lpips) = (models.LoadDecoder(models.TaesdDecoder()), models.Load(models.Lpips("squeeze")));

        Assert.True(FeatureDecoding.FitTogether(decoder, lpips, new LossOptions()));
        Assert.False(FeatureDecoding.CanStay(decoder, lpips, new LossOptions()));
    }

    [Fact]
    public void FitTogether_ImagesThatAreClamped_IsFalse() => Assert.False(FeatureDecoding.FitTogether(
        models.LoadDecoder(models.TaesdDecoder()), models.Load(models.Lpips("squeeze")), new LossOptions { Clamp = true }));

    [Fact]
    public void FitTogether_DecoderOfAnotherRange_IsFalse()
    {
        using var decoder = Changed(manifest => manifest with { ImageRange = [0, 1] });

        Assert.False(FeatureDecoding.FitTogether(decoder, models.Load(models.Lpips("squeeze")), new LossOptions()));
    }

    [Fact]
    public void FitTogether_DecoderOfClips_IsFalse()
    {
        var tiny = Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.ModelBuilder.Tests", "Goldens", "CogVideoX");
        using var decoder = new LatentDecoder(DecoderBuilder.Build(tiny, "clips", _folder.Root), TestModels.OneThread);

        Assert.False(FeatureDecoding.FitTogether(decoder, models.Load(models.Lpips("squeeze")), new LossOptions()));
    }

    private LatentDecoder Changed(Func<ModelManifest, ModelManifest> change) => new(_folder.With(models.TaesdDecoder(), change), TestModels.OneThread);

    private FeatureDecoding Decoding(LatentDecoder decoder, LossOptions options, FiniteCheck? onDevice = null) =>
        new(decoder, models.Load(models.Lpips("squeeze")), options, new LossDecoding(decoder, options), onDevice);

    private static ReadOnlySpan<float> First(PerceptualFeatures features) => features.Values[0].GetTensorDataAsSpan<float>();

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
