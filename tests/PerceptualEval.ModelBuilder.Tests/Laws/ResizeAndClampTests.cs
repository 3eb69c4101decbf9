using System.Numerics.Tensors;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval.ModelBuilder.Tests.Laws;

/// <summary>What the options say in words, done by hand with the library's own parts.</summary>
public sealed class ResizeAndClampTests(TestModels models)
{
    [Theory]
    [InlineData(57, 45)]
    [InlineData(29, 37)]
    [InlineData(57, 20)]
    public void Score_ResizeImage_ComparesTheResizedImage(int height, int width)
    {
        using var pairs = new LatentPairs(imageHeight: height, imageWidth: width);
        using var resized = BicubicResize.Resize(pairs.Images, 40, 32);
        var weights = new LossWeights(1, 1, 1);

        var scored = models.Loss(new LossOptions { Weights = weights, Resize = ResizeMode.Image }).Score(pairs.Predicted, pairs.Target, pairs.Images);

        Assert.Equal(models.Loss(new LossOptions { Weights = weights }).Score(pairs.Predicted, pairs.Target, resized), scored);
    }

    [Theory]
    [InlineData(57, 45, false)]
    [InlineData(29, 37, false)]
    [InlineData(57, 20, true)]
    public void Score_ResizeDecoded_ComparesTheResizedDecodedImage(int height, int width, bool clamp)
    {
        using var pairs = new LatentPairs(imageHeight: height, imageWidth: width);
        var loss = models.Loss(new LossOptions { Weights = new LossWeights(0, 0, 1), Resize = ResizeMode.Decoded, Clamp = clamp });
        using var decoded = loss.Decoder.Decode(pairs.Predicted);
        if (clamp)
        {
            // Before the resize, whose overshoots stay.
            TensorPrimitives.Clamp(decoded.Span, -1, 1, decoded.Span);
        }

        using var resized = BicubicResize.Resize(decoded, height, width);

        var scored = loss.Score(pairs.Predicted, pairs.Target, pairs.Images);

        Assert.Equal(Distances(loss.Lpips, pairs.Images, resized), scored.Select(sample => sample.PerceptualLossOnInputs!.Value));
    }

    [Theory]
    [InlineData(ResizeMode.Image)]
    [InlineData(ResizeMode.Decoded)]
    public void Score_ImagesOfTheDecodedSize_ResizeChangesNothing(ResizeMode resize)
    {
        using var pairs = new LatentPairs();
        var weights = new LossWeights(1, 0, 1);

        var scored = models.Loss(new LossOptions { Weights = weights, Resize = resize }).Score(pairs.Predicted, pairs.Target, pairs.Images);

        Assert.Equal(models.Loss(new LossOptions { Weights = weights }).Score(pairs.Predicted, pairs.Target, pairs.Images), scored);
    }

    [Fact]
    public void Score_Clamp_ComparesClampedImagesAndLeavesTheLatentTerm()
    {
        using var pairs = new LatentPairs();
        var loss = models.Loss(new LossOptions { Clamp = true });
        using var target = loss.Decoder.Decode(pairs.Target);
        using var predicted = loss.Decoder.Decode(pairs.Predicted);
        Assert.InRange(TensorPrimitives.Max<float>(target.Span) - TensorPrimitives.Min<float>(target.Span), 2.1, 10);
        TensorPrimitives.Clamp(target.Span, -1, 1, target.Span);
        TensorPrimitives.Clamp(predicted.Span, -1, 1, predicted.Span);

        var clamped = loss.Score(pairs.Predicted, pairs.Target);

        var unclamped = models.Loss().Score(pairs.Predicted, pairs.Target);
        Assert.Equal(Distances(loss.Lpips, target, predicted), clamped.Select(sample => sample.PerceptualLoss!.Value));
        Assert.Equal(unclamped.Select(sample => sample.LatentL2Loss), clamped.Select(sample => sample.LatentL2Loss));
        Assert.All(clamped.Zip(unclamped), both => Assert.NotEqual(both.Second.PerceptualLoss, both.First.PerceptualLoss));
    }

    private static IEnumerable<double> Distances(PerceptualNetwork network, TensorBuffer a, TensorBuffer b)
    {
        using var featuresOfA = network.Features(a);
        using var featuresOfB = network.Features(b);
        return network.Distance(featuresOfA, featuresOfB).Select(distance => distance.Total);
    }
}
