namespace PerceptualEval.ModelBuilder.Tests.Laws;

/// <summary>What holds for the loss whatever the weights of the networks are.</summary>
public sealed class LossLawsTests(TestModels models)
{
    private static readonly LossWeights AllTerms = new(1, 1, 1);

    // Convolutions of a batch may be split otherwise than those of one sample; the promise is 1e-6 relative.
    private const double BatchTolerance = 1e-6;

    [Fact]
    public void Score_IdenticalLatents_IsExactlyZeroAtEveryBatchPosition()
    {
        using var pairs = new LatentPairs();

        var samples = models.Loss().Score(pairs.Target, pairs.Target);

        Assert.Equal(Enumerable.Repeat(new SampleLoss(0, 0, 0, null), 3), samples);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Score_OneIdenticalPairAmongOthers_IsExactlyZeroAndTheOthersAreNot(int position)
    {
        using var pairs = new LatentPairs();
        pairs.Target.Sample(position).CopyTo(pairs.Predicted.Sample(position));

        var samples = models.Loss().Score(pairs.Predicted, pairs.Target);

        Assert.Equal(new SampleLoss(0, 0, 0, null), samples[position]);
        Assert.All(samples.Where((_, i) => i != position), sample => Assert.InRange(sample.PerceptualLoss!.Value, 1e-3, 1));
    }

    [Fact]
    public void Score_ImageThatIsTheDecodedPrediction_ThirdTermIsExactlyZero()
    {
        using var pairs = new LatentPairs();
        var loss = models.Loss(new LossOptions { Weights = AllTerms });
        using var decoded = loss.Decoder.Decode(pairs.Predicted);

        var samples = loss.Score(pairs.Predicted, pairs.Target, decoded);

        Assert.All(samples, sample => Assert.Equal(0, sample.PerceptualLossOnInputs));
    }

    [Fact]
    public void Decode_SameLatentsAtOtherBatchPositions_GivesTheSameImageToTheLastBit()
    {
        using var pairs = new LatentPairs();
        using var latents = LatentPairs.Pick(pairs.Target, 0, 1, 0);

        using var images = models.LoadDecoder(models.TaesdDecoder()).Decode(latents);

        Assert.Equal(images.Sample(0).ToArray(), images.Sample(2).ToArray());
        Assert.NotEqual(images.Sample(0).ToArray(), images.Sample(1).ToArray());
    }

    [Theory]
    [InlineData("squeeze")]
    [InlineData("alex")]
    [InlineData("vgg")]
    public void Distance_SwappedPair_IsTheSameToTheLastBit(string net)
    {
        using var pairs = new LatentPairs();
        var network = models.Load(models.Lpips(net));
        using var a = network.Features(pairs.Images);
        using var shuffled = LatentPairs.Pick(pairs.Images, 1, 2, 0);
        using var b = network.Features(shuffled);

        var forth = network.Distance(a, b);
        var back = network.Distance(b, a);

        Assert.Equal(forth.Select(distance => distance.Total), back.Select(distance => distance.Total));
        Assert.Equal(forth.SelectMany(distance => distance.Layers), back.SelectMany(distance => distance.Layers));
        Assert.All(forth, distance => Assert.Equal(distance.Total, distance.Layers.Sum(), 1e-6));
    }

    [Fact]
    public void Score_SwappedPair_IsTheSame()
    {
        using var pairs = new LatentPairs();

        Assert.Equal(models.Loss().Score(pairs.Predicted, pairs.Target), models.Loss().Score(pairs.Target, pairs.Predicted));
    }

    [Fact]
    public void Score_Batch_EqualsItsSamplesOneByOne()
    {
        using var pairs = new LatentPairs(imageHeight: 57, imageWidth: 45);
        var loss = models.Loss(new LossOptions { Weights = AllTerms, Resize = ResizeMode.Decoded });

        var together = loss.Score(pairs.Predicted, pairs.Target, pairs.Images);

        for (var i = 0; i < together.Count; i++)
        {
            using var predicted = LatentPairs.Pick(pairs.Predicted, i);
            using var target = LatentPairs.Pick(pairs.Target, i);
            using var image = LatentPairs.Pick(pairs.Images, i);
            var alone = Assert.Single(loss.Score(predicted, target, image));
            Measured.AssertNear(Terms(alone), Terms(together[i]), BatchTolerance);
        }
    }

    [Fact]
    public void Score_SamplesInAnotherOrder_GivesTheSameLossesInThatOrder()
    {
        using var pairs = new LatentPairs();
        var loss = models.Loss(new LossOptions { Weights = AllTerms });
        using var predicted = LatentPairs.Pick(pairs.Predicted, 2, 0, 1);
        using var target = LatentPairs.Pick(pairs.Target, 2, 0, 1);
        using var images = LatentPairs.Pick(pairs.Images, 2, 0, 1);

        var ordered = loss.Score(pairs.Predicted, pairs.Target, pairs.Images);
        var reordered = loss.Score(predicted, target, images);

        Measured.AssertNear(
            [.. Terms(ordered[2]), .. Terms(ordered[0]), .. Terms(ordered[1])], [.. reordered.SelectMany(Terms)], BatchTolerance);
    }

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(0.25, 1.5, 0.75)]
    [InlineData(3, 0, 1)]
    [InlineData(0, 2, 0)]
    [InlineData(0, 0, 4)]
    [InlineData(1e6, 0, 0)]
    [InlineData(0, 0, 0)]
    public void Score_Weights_EachAppliesToItsOwnTermOnly(double latent, double perceptual, double input)
    {
        using var pairs = new LatentPairs();
        var whole = models.Loss(new LossOptions { Weights = AllTerms }).Score(pairs.Predicted, pairs.Target, pairs.Images);

        var weighted = models.Loss(new LossOptions { Weights = new LossWeights(latent, perceptual, input) }).Score(pairs.Predicted, pairs.Target, pairs.Images);

        for (var i = 0; i < whole.Count; i++)
        {
            var expected = whole[i] with
            {
                PerceptualLoss = perceptual > 0 ? whole[i].PerceptualLoss : null,
                PerceptualLossOnInputs = input > 0 ? whole[i].PerceptualLossOnInputs : null,
                Loss = (latent * whole[i].LatentL2Loss) + (perceptual * whole[i].PerceptualLoss!.Value) + (input * whole[i].PerceptualLossOnInputs!.Value),
            };
            Measured.AssertNear(Terms(expected), Terms(weighted[i]), relative: 1e-15);
        }
    }

    [Fact]
    public void Score_LatentTerm_IsTheMeanSquareOfTheValuesAsGiven()
    {
        using var pairs = new LatentPairs();

        var samples = models.Loss().Score(pairs.Predicted, pairs.Target);

        for (var i = 0; i < samples.Count; i++)
        {
            var squares = pairs.Target.Sample(i).ToArray().Zip(pairs.Predicted.Sample(i).ToArray(), (t, p) => ((double)t - p) * ((double)t - p));
            Assert.Equal(squares.Average(), samples[i].LatentL2Loss, 1e-12);
        }
    }

    [Fact]
    public void Score_PreparedTarget_EqualsDirectScoringForEveryPrediction()
    {
        using var pairs = new LatentPairs();
        var loss = models.Loss(new LossOptions { Weights = AllTerms });
        using var other = LatentPairs.Pick(pairs.Predicted, 1, 2, 0);
        using var prepared = loss.Prepare(pairs.Target);

        Assert.Equal(pairs.Target.Shape, prepared.Shape);
        Assert.Equal(loss.Score(pairs.Predicted, pairs.Target, pairs.Images), loss.Score(pairs.Predicted, prepared, pairs.Images));
        Assert.Equal(loss.Score(other, pairs.Target, pairs.Images), loss.Score(other, prepared, pairs.Images));
    }

    [Fact]
    public void Score_PreparedTargetWhoseLatentsChangeAfterwards_KeepsItsCopy()
    {
        using var pairs = new LatentPairs();
        var loss = models.Loss();
        var before = loss.Score(pairs.Predicted, pairs.Target);
        using var prepared = loss.Prepare(pairs.Target);
        pairs.Target.Span.Clear();

        Assert.Equal(before, loss.Score(pairs.Predicted, prepared));
    }

    [Fact]
    public void Score_Spans_EqualsBuffers()
    {
        using var pairs = new LatentPairs();

        var fromSpans = models.Loss().Score(pairs.Predicted.Span, pairs.Target.Span, pairs.Target.Shape);

        Assert.Equal(models.Loss().Score(pairs.Predicted, pairs.Target), fromSpans);
    }

    [Fact]
    public async Task Score_FromManyThreads_GivesEveryThreadTheSame()
    {
        using var pairs = new LatentPairs();
        var loss = models.Loss(new LossOptions { Weights = AllTerms });
        var expected = loss.Score(pairs.Predicted, pairs.Target, pairs.Images);

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => loss.Score(pairs.Predicted, pairs.Target, pairs.Images))));

        Assert.All(results, result => Assert.Equal(expected, result));
    }

    internal static double?[] Terms(SampleLoss sample) => [sample.Loss, sample.LatentL2Loss, sample.PerceptualLoss, sample.PerceptualLossOnInputs];
}
