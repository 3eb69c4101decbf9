using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Laws;

/// <summary>One sample that is not finite: it scores NaN and the others score what they would without it.</summary>
public sealed class NonFiniteTests(TestModels models)
{
    private const int Poisoned = 1;

    private static readonly LossOptions AllTerms = new() { Weights = new LossWeights(1, 1, 1) };

    public static TheoryData<float, string> Poisons =>
    [
        .. from value in (float[])[float.NaN, float.PositiveInfinity, float.NegativeInfinity]
           from place in (string[])["predicted", "target", "both", "image"]
           select (value, place),
    ];

    [Theory]
    [MemberData(nameof(Poisons))]
    public void Score_OnePoisonedValue_PoisonsItsSampleOnly(float poison, string place)
    {
        using var pairs = new LatentPairs();
        var loss = models.Loss(AllTerms);
        var clean = loss.Score(pairs.Predicted, pairs.Target, pairs.Images);
        if (place is "predicted" or "both")
        {
            pairs.Predicted.Sample(Poisoned)[17] = poison;
        }

        if (place is "target" or "both")
        {
            pairs.Target.Sample(Poisoned)[17] = poison;
        }

        if (place is "image")
        {
            pairs.Images.Sample(Poisoned)[17] = poison;
        }

        var samples = loss.Score(pairs.Predicted, pairs.Target, pairs.Images);

        Assert.Equal(clean[0], samples[0]);
        Assert.Equal(clean[2], samples[2]);
        Assert.False(samples[Poisoned].IsFinite);
        Assert.Equal(double.NaN, samples[Poisoned].Loss);
        Assert.Equal(double.NaN, samples[Poisoned].PerceptualLoss);
        Assert.Equal(double.NaN, samples[Poisoned].PerceptualLossOnInputs);
        // The latent term is what it is: finite where only the image is poisoned, else not.
        Assert.Equal(place == "image", double.IsFinite(samples[Poisoned].LatentL2Loss));
    }

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(0, 1, 0)]
    [InlineData(0, 0, 1)]
    [InlineData(0, 0, 0)]
    public void Score_PoisonedPrediction_PoisonsTheLossWhateverTheWeights(double latent, double perceptual, double input)
    {
        using var pairs = new LatentPairs();
        var loss = models.Loss(new LossOptions { Weights = new LossWeights(latent, perceptual, input) });
        pairs.Predicted.Sample(Poisoned)[0] = float.NaN;

        var samples = loss.Score(pairs.Predicted, pairs.Target, pairs.Images);

        Assert.Equal([true, false, true], samples.Select(sample => sample.IsFinite));
        Assert.Equal(double.NaN, samples[Poisoned].Loss);
    }

    [Fact]
    public void Score_PreparedTargetWithPoison_PoisonsItsSampleForEveryPrediction()
    {
        using var pairs = new LatentPairs();
        var loss = models.Loss();
        pairs.Target.Sample(Poisoned)[3] = float.NaN;
        using var prepared = loss.Prepare(pairs.Target);
        using var other = LatentPairs.Pick(pairs.Predicted, 2, 0, 1);

        Assert.Equal([true, false, true], loss.Score(pairs.Predicted, prepared).Select(sample => sample.IsFinite));
        Assert.Equal([true, false, true], loss.Score(other, prepared).Select(sample => sample.IsFinite));
    }

    [Fact]
    public void Score_FiniteLatentsThatDecodeToInfinity_ScoreNaN()
    {
        // Finite weights, yet the last convolution overflows float32.
        using var folder = new TemporaryFolder();
        var weights = FormulaWeights.TaesdDecoder(LatentPairs.Channels);
        var (shape, values) = weights["19.weight"];
        weights["19.weight"] = (shape, [.. values.Select(value => value * 1e38f)]);
        var checkpoint = SafetensorsWriter.Write(folder["overflowing.safetensors"], weights);
        using var decoder = new Inference.LatentDecoder(DecoderBuilder.Build(checkpoint, "overflowing", folder.Root), TestModels.OneThread);
        var loss = new LatentPerceptualLoss(decoder, models.Load(models.Lpips("squeeze")));
        using var pairs = new LatentPairs();

        var samples = loss.Score(pairs.Predicted, pairs.Target);

        Assert.All(samples, sample => Assert.Equal(double.NaN, sample.Loss));
        Assert.All(samples, sample => Assert.Equal(double.NaN, sample.PerceptualLoss));
        Assert.All(samples, sample => Assert.InRange(sample.LatentL2Loss, 0.1, 10));
    }
}
