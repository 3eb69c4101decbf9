using PerceptualEval.Inference;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Laws;

/// <summary>What a cache keeps of targets changes no bit of a loss, and is taken only where everything that it depends on is the same.</summary>
[Collection(nameof(LiveBuffers))]
public sealed class TargetCacheTests(TestModels models) : IDisposable
{
    private const int Samples = 3;

    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public void New_NoFolder_IsRefused(string? path) => Assert.Throws<ArgumentException>("folder", () => new TargetCache(path!, 1));

    [Fact]
    public void New_NoCapacity_IsRefused() => Assert.Throws<ArgumentOutOfRangeException>("capacity", () => new TargetCache("cache", 0));

    [Theory]
    [InlineData(ResizeMode.Image)]
    [InlineData(ResizeMode.Decoded)]
    public void Score_FilledAndReadCache_GivesTheSameBits(ResizeMode resize)
    {
        using var pairs = new LatentPairs(Samples, imageHeight: 57, imageWidth: 45);
        var options = new LossOptions { Weights = new LossWeights(1, 1, 1), Resize = resize };
        var expected = models.Loss(options).Score(pairs.Predicted, pairs.Target, pairs.Images);

        Assert.Equal(expected, models.Loss(Cached(options)).Score(pairs.Predicted, pairs.Target, pairs.Images));
        Assert.Equal(Samples, _folder.Files.Count());
        Assert.Equal(expected, models.Loss(Cached(options)).Score(pairs.Predicted, pairs.Target, pairs.Images));
        Assert.Equal(Samples, _folder.Files.Count());
    }

    [Fact]
    public void Score_SamplesInOtherBatches_AreFound()
    {
        using var pairs = new LatentPairs(Samples);
        var loss = models.Loss(Cached());
        var expected = loss.Score(pairs.Predicted, pairs.Target);
        for (var i = 0; i < Samples; i++)
        {
            using var predicted = LatentPairs.Pick(pairs.Predicted, i);
            using var target = LatentPairs.Pick(pairs.Target, i);

            Assert.Equal(expected[i], Assert.Single(loss.Score(predicted, target)));
        }

        Assert.Equal(Samples, _folder.Files.Count());
    }

    // Where the kept features of two targets are exchanged, the losses show that they were taken.
    [Fact]
    public void Score_KeptFeatures_AreTakenInsteadOfDecoding()
    {
        using var pairs = new LatentPairs(2);
        var expected = models.Loss(Cached()).Score(pairs.Predicted, pairs.Target);
        string[] files = [.. _folder.Files.Select(name => _folder[$"{name}/tensors"])];
        var contents = Array.ConvertAll(files, File.ReadAllBytes);
        File.WriteAllBytes(files[0], contents[1]);
        File.WriteAllBytes(files[1], contents[0]);
        using var exchanged = LatentPairs.Pick(pairs.Target, 1, 0);

        var losses = models.Loss(Cached()).Score(pairs.Predicted, pairs.Target);

        Assert.Equal(models.Loss().Score(pairs.Predicted, exchanged).Select(loss => loss.PerceptualLoss), losses.Select(loss => loss.PerceptualLoss));
        Assert.NotEqual(expected[0].PerceptualLoss, losses[0].PerceptualLoss);
    }

    [Fact]
    public void Score_OtherSettings_TakeNothingOfEachOther()
    {
        using var pairs = new LatentPairs(Samples);
        LatentPerceptualLoss[] losses =
        [
            models.Loss(Cached()),
            models.Loss(Cached() with { Clamp = true }),
            models.Loss(Cached() with { Tiling = new Tiling(8) }),
            new(models.LoadDecoder(models.TaesdDecoder()), models.Load(models.Lpips("alex")), Cached()),
            new(models.LoadDecoder(models.TaesdDecoder(pooled: true)), models.Load(models.Lpips("squeeze")), Cached()),
        ];
        foreach (var (i, loss) in losses.Index())
        {
            var expected = new LatentPerceptualLoss(loss.Decoder, loss.Lpips, loss.Options with { Cache = null }).Score(pairs.Predicted, pairs.Target);

            Assert.Equal(expected, loss.Score(pairs.Predicted, pairs.Target));
            Assert.Equal((i + 1) * Samples, Entries());
        }
    }

    [Fact]
    public void Score_DamagedEntry_IsComputedAgain()
    {
        using var pairs = new LatentPairs(Samples);
        var expected = models.Loss(Cached()).Score(pairs.Predicted, pairs.Target);
        var file = _folder[$"{_folder.Files.First()}/tensors"];
        var content = File.ReadAllBytes(file);
        content[^1] ^= 1;
        File.WriteAllBytes(file, content);

        Assert.Equal(expected, models.Loss(Cached()).Score(pairs.Predicted, pairs.Target));
        content[^1] ^= 1;
        Assert.Equal(content, File.ReadAllBytes(file));
    }

    [Fact]
    public void Score_TargetThatIsNotFinite_IsNotKept()
    {
        using var pairs = new LatentPairs(Samples);
        pairs.Target.Sample(1)[5] = float.NaN;

        for (var run = 0; run < 2; run++)
        {
            Assert.Equal([true, false, true], models.Loss(Cached()).Score(pairs.Predicted, pairs.Target).Select(loss => loss.IsFinite));
            Assert.Equal(2, _folder.Files.Count());
        }
    }

    [Fact]
    public void Score_SmallCache_KeepsWhatFits()
    {
        using var pairs = new LatentPairs(Samples);
        var expected = models.Loss().Score(pairs.Predicted, pairs.Target);
        var loss = models.Loss(new LossOptions { Cache = new TargetCache(_folder.Root, capacity: 1) });

        Assert.Equal(expected, loss.Score(pairs.Predicted, pairs.Target));
        Assert.Empty(_folder.Files);
    }

    [Fact]
    public void Score_ManyAtOnce_GiveTheSameBits()
    {
        using var pairs = new LatentPairs(Samples);
        var expected = models.Loss().Score(pairs.Predicted, pairs.Target);

        Parallel.For(0, 8, _ => Assert.Equal(expected, models.Loss(Cached()).Score(pairs.Predicted, pairs.Target)));

        Assert.Equal(Samples, _folder.Files.Count());
    }

    [Fact]
    public void Score_WithCache_GivesEveryBufferBack()
    {
        var before = TensorBuffer.LiveCount;
        using (var pairs = new LatentPairs(Samples))
        {
            models.Loss(Cached()).Score(pairs.Predicted, pairs.Target);
            models.Loss(Cached()).Score(pairs.Predicted, pairs.Target);
        }

        Assert.Equal(before, TensorBuffer.LiveCount);
    }

    // Beside another pair in its batch a sample is decoded; alone it shares its target's features.
    [Theory]
    [InlineData(ResizeMode.Image)]
    [InlineData(ResizeMode.Decoded)]
    public void Score_PredictionThatIsItsTarget_HasTheLossesOfADecodedOne(ResizeMode resize)
    {
        using var pairs = new LatentPairs(2, imageHeight: 57, imageWidth: 45);
        pairs.Target.Sample(0).CopyTo(pairs.Predicted.Sample(0));
        using var one = LatentPairs.Pick(pairs.Target, 0);
        using var image = LatentPairs.Pick(pairs.Images, 0);
        var loss = models.Loss(new LossOptions { Weights = new LossWeights(1, 1, 1), Resize = resize });

        var sample = Assert.Single(loss.Score(one, one, image));

        Assert.Equal(loss.Score(pairs.Predicted, pairs.Target, pairs.Images)[0], sample);
        Assert.Equal(0, sample.PerceptualLoss);
        Assert.InRange(sample.PerceptualLossOnInputs!.Value, 1e-3, 10);
    }

    public void Dispose() => _folder.Dispose();

    private LossOptions Cached(LossOptions? options = null) => (options ?? new LossOptions()) with { Cache = new TargetCache(_folder.Root, capacity: 1 << 30) };

    private int Entries() => _folder.Files.Count(name => File.Exists(_folder[$"{name}/tensors"]));
}
