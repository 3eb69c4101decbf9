using System.Text.Json;

namespace PerceptualEval.ModelBuilder.Tests.Reference;

/// <summary>Group D: LatentLPIPS, the reference class, in float64, with the real TAEF2 decoder and two perceptual networks.</summary>
public sealed class ReferenceCompositeTests(TestModels models)
{
    // Decoder and LPIPS in float32 one after the other reach 1e-6 relative. The wrong term order in LPIPS, a resize without antialias, an
    // unclamped picture where one is clamped, or a forgotten weight move 1e-3 and more.
    private const double RelativeTolerance = 5e-6;
    private const double AbsoluteTolerance = 1e-6;

    public static TheoryData<string> Cases =>
        [.. from net in (string[])["squeeze", "vgg"] from number in Enumerable.Range(1, 13) select $"D{number:00}-{net}"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Score_ReferenceCase_MatchesEveryTermInFloat64(string id)
    {
        var reference = ReferenceCase.Find(id);
        var options = Options(reference.Config);
        var decoder = models.LoadDecoder(models.SharedTaef2());
        var network = models.Load(models.SharedLpips(reference.Config.GetProperty("perceptual_net").GetString()!));
        var loss = new LatentPerceptualLoss(decoder, network, options);
        using var target = reference.Input("latent_inputs");
        using var predicted = reference.Input("latent_predictions");
        using var images = reference.OptionalInput("image_inputs");

        var samples = loss.Score(predicted, target, images);

        var expected = reference.Expected.GetProperty("per_sample_f64").EnumerateArray().Select(sample => Expected(sample, options.Weights)).ToArray();
        Assert.Equal(expected.Length, samples.Count);
        Measured.AssertNear([.. expected.SelectMany(Terms)], [.. samples.SelectMany(Terms)], RelativeTolerance, AbsoluteTolerance);
        Measured.AssertNear(
            Terms(Expected(reference.Expected.GetProperty("batch_f64"), options.Weights)), Means(samples), RelativeTolerance, AbsoluteTolerance);
    }

    [Theory]
    [InlineData("D12-squeeze")]
    [InlineData("D13-squeeze")]
    [InlineData("D12-vgg")]
    [InlineData("D13-vgg")]
    public void Reference_PerceptualWeightZero_IgnoresTheLatentWeight(string id)
    {
        // The deviation that LossWeights documents: without a perceptual term the reference class never applies its latent weight.
        var reference = ReferenceCase.Find(id);
        var weights = Options(reference.Config).Weights;
        var batch = reference.Expected.GetProperty("batch_f64");

        var terms = Expected(batch, weights);

        Assert.Equal(3, weights.Latent);
        Assert.Equal(terms.LatentL2Loss + (weights.Input * (terms.PerceptualLossOnInputs ?? 0)), batch.GetProperty("loss").GetDouble(), 1e-12);
        Assert.Equal((3 - 1) * terms.LatentL2Loss, terms.Loss - batch.GetProperty("loss").GetDouble(), 1e-12);
    }

    [Fact]
    public void Theories_ReferenceFolder_CoverEveryCase() =>
        Assert.Equal(ReferenceCase.Ids("latent-lpips"), Cases.Select(row => row.Data));

    private static LossOptions Options(JsonElement config) => new()
    {
        Weights = new LossWeights(
            config.GetProperty("latent_weight").GetDouble(),
            config.GetProperty("perceptual_weight").GetDouble(),
            config.GetProperty("perceptual_weight_on_inputs").GetDouble()),
        Clamp = config.GetProperty("decode_clamped").GetBoolean(),
        // Where both are set, the class resizes the image.
        Resize = config.GetProperty("scale_input_to_tgt_size").GetBoolean() ? ResizeMode.Image
            : config.GetProperty("scale_tgt_to_input_size").GetBoolean() ? ResizeMode.Decoded
            : ResizeMode.None,
    };

    // The loss that this library promises: every weight on its own term. That is the class' own loss where the perceptual weight is not 0.
    private static SampleLoss Expected(JsonElement sample, LossWeights weights)
    {
        var log = sample.GetProperty("log");
        var latent = log.GetProperty("train/latent_l2_loss").GetDouble();
        var perceptual = Optional(log, "train/perceptual_loss");
        var onInputs = Optional(log, "train/perceptual_loss_on_inputs");
        var loss = (weights.Latent * latent) + (weights.Perceptual * (perceptual ?? 0)) + (weights.Input * (onInputs ?? 0));
        if (weights.Perceptual > 0)
        {
            Assert.Equal(sample.GetProperty("loss").GetDouble(), loss, 1e-12);
        }

        return new SampleLoss(loss, latent, perceptual, onInputs);
    }

    private static double? Optional(JsonElement log, string name) => log.TryGetProperty(name, out var value) ? value.GetDouble() : null;

    private static double?[] Terms(SampleLoss sample) => [sample.Loss, sample.LatentL2Loss, sample.PerceptualLoss, sample.PerceptualLossOnInputs];

    private static double?[] Means(IReadOnlyList<SampleLoss> samples)
    {
        var accumulator = new LossAccumulator();
        foreach (var sample in samples)
        {
            accumulator.Update(sample);
        }

        var summary = accumulator.Compute();
        return [summary.Loss.Mean, summary.LatentL2Loss.Mean, summary.PerceptualLoss?.Mean, summary.PerceptualLossOnInputs?.Mean];
    }
}
