using PerceptualEval.Inference;

namespace PerceptualEval.ModelBuilder.Tests.Laws;

/// <summary>Images prepared with the target give what images given with each prediction give, to the digit.</summary>
public sealed class PreparedImagesTests(TestModels models)
{
    private static readonly LossWeights AllTerms = new(1, 1, 1);

    [Theory]
    [InlineData(ResizeMode.None, 40, 32)]
    [InlineData(ResizeMode.Image, 50, 37)]
    [InlineData(ResizeMode.Decoded, 50, 37)]
    public void Score_PreparedImages_EqualsImagesGivenWithEveryPrediction(ResizeMode resize, int height, int width)
    {
        using var pairs = new LatentPairs(imageHeight: height, imageWidth: width);
        foreach (var weights in (LossWeights[])[AllTerms, new LossWeights(0, 0, 1)])
        {
            var loss = models.Loss(new LossOptions { Weights = weights, Resize = resize });
            using var other = LatentPairs.Pick(pairs.Predicted, 1, 2, 0);
            using var prepared = loss.Prepare(pairs.Target, pairs.Images);

            Assert.Equal(loss.Score(pairs.Predicted, pairs.Target, pairs.Images), loss.Score(pairs.Predicted, prepared));
            Assert.Equal(loss.Score(other, pairs.Target, pairs.Images), loss.Score(other, prepared));
        }
    }

    [Fact]
    public void Score_ImagesBesideTheTarget_TakePrecedenceOverPreparedOnes()
    {
        using var pairs = new LatentPairs();
        using var otherImages = LatentPairs.Pick(pairs.Images, 2, 0, 1);
        var loss = models.Loss(new LossOptions { Weights = AllTerms });
        using var prepared = loss.Prepare(pairs.Target, pairs.Images);

        Assert.Equal(loss.Score(pairs.Predicted, pairs.Target, otherImages), loss.Score(pairs.Predicted, prepared, otherImages));
    }

    [Fact]
    public void Score_PreparedImageThatIsNotFinite_PoisonsItsSample()
    {
        using var pairs = new LatentPairs();
        var loss = models.Loss(new LossOptions { Weights = AllTerms });
        pairs.Images.Sample(1)[5] = float.NaN;
        using var prepared = loss.Prepare(pairs.Target, pairs.Images);

        Assert.Equal([true, false, true], loss.Score(pairs.Predicted, prepared).Select(sample => sample.IsFinite));
    }

    [Fact]
    public void Prepare_ImagesOfAnotherSize_AreRefused()
    {
        using var pairs = new LatentPairs(imageHeight: 48);
        var loss = models.Loss(new LossOptions { Weights = AllTerms });

        var exception = Assert.Throws<ArgumentException>(() => loss.Prepare(pairs.Target, pairs.Images));

        Assert.Contains("[3,3,48,32]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Prepare_ImagesWithoutWeight_AreNotUsed()
    {
        using var pairs = new LatentPairs(imageHeight: 48);
        var loss = models.Loss();
        using var prepared = loss.Prepare(pairs.Target, pairs.Images);

        Assert.Equal(loss.Score(pairs.Predicted, pairs.Target), loss.Score(pairs.Predicted, prepared));
    }

    [Fact]
    public void WithDecoder_OfTheSameModel_ScoresTheSameAndLeavesTheNetworkToItsOwner()
    {
        using var pairs = new LatentPairs();
        var options = new LossOptions { Weights = AllTerms };
        var loss = models.Loss(options);
        using var prepared = loss.Prepare(pairs.Target, pairs.Images);
        var expected = loss.Score(pairs.Predicted, prepared);

        using (var other = loss.WithDecoder(new LatentDecoder(loss.Decoder.Model, TestModels.OneThread)))
        {
            Assert.Equal(expected, other.Score(pairs.Predicted, prepared));
        }

        Assert.Equal(expected, loss.Score(pairs.Predicted, prepared));
    }
}
