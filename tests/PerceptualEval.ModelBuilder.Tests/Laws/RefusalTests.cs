using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.ModelBuilder.Tests.Laws;

/// <summary>Callers' mistakes: an <see cref="ArgumentException"/> with the numbers, before anything is computed.</summary>
public sealed class RefusalTests(TestModels models)
{
    [Theory]
    [InlineData(new long[] { 3, 4, 5, 4 }, new long[] { 2, 4, 5, 4 })]
    [InlineData(new long[] { 3, 4, 5, 4 }, new long[] { 3, 4, 4, 5 })]
    public void Score_DifferentShapes_AreRefusedWithBoth(long[] predicted, long[] target)
    {
        using var a = Zeros(predicted);
        using var b = Zeros(target);

        var exception = Assert.Throws<ArgumentException>(() => models.Loss().Score(a, b));

        Assert.Contains(a.Shape.ToString(), exception.Message, StringComparison.Ordinal);
        Assert.Contains(b.Shape.ToString(), exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new long[] { 2, 16, 5, 4 })]
    [InlineData(new long[] { 4, 5, 4 })]
    [InlineData(new long[] { 1, 4, 1, 5, 4 })]
    [InlineData(new long[] { 0, 4, 5, 4 })]
    [InlineData(new long[] { 1, 4, 0, 4 })]
    public void Score_LatentsThatTheDecoderDoesNotTake_AreRefusedWithWhatItTakes(long[] shape)
    {
        using var latents = Zeros(shape);

        var exception = Assert.Throws<ArgumentException>(() => models.Loss().Score(latents, latents));

        Assert.Contains($"{latents.Shape}; decoder 'decoder-4-False' takes [N,4,h,w]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Score_LatentsThatDecodeToTooSmallImages_AreRefusedWithTheMinimum()
    {
        using var latents = Zeros(1, 4, 2, 3);

        var exception = Assert.Throws<ArgumentException>(() => models.Loss().Score(latents, latents));

        Assert.Contains("[1,3,16,24]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("at least 17 pixels", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Score_ThirdTermWithoutImages_IsRefused()
    {
        using var pairs = new LatentPairs();
        var loss = models.Loss(new LossOptions { Weights = new LossWeights(1, 1, 0.5) });

        Assert.Throws<ArgumentException>("images", () => loss.Score(pairs.Predicted, pairs.Target));
        Assert.Throws<ArgumentException>("images", () => loss.Score(pairs.Predicted.Span, pairs.Target.Span, pairs.Target.Shape));
    }

    [Theory]
    [InlineData(ResizeMode.None, new long[] { 3, 3, 41, 32 })]
    [InlineData(ResizeMode.None, new long[] { 2, 3, 40, 32 })]
    [InlineData(ResizeMode.Image, new long[] { 2, 3, 40, 32 })]
    [InlineData(ResizeMode.Decoded, new long[] { 3, 4, 40, 32 })]
    [InlineData(ResizeMode.Decoded, new long[] { 3, 40, 32 })]
    [InlineData(ResizeMode.Image, new long[] { 3, 3, 0, 32 })]
    public void Score_ImagesThatDoNotFit_AreRefusedWithBothShapes(ResizeMode resize, long[] shape)
    {
        using var pairs = new LatentPairs();
        using var images = Zeros(shape);
        var loss = models.Loss(new LossOptions { Weights = new LossWeights(1, 1, 1), Resize = resize });

        var exception = Assert.Throws<ArgumentException>("images", () => loss.Score(pairs.Predicted, pairs.Target, images));

        Assert.Contains(images.Shape.ToString(), exception.Message, StringComparison.Ordinal);
        Assert.Contains("[3,3,40,32]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Score_SpansOfAnotherLengthThanTheShape_AreRefused()
    {
        using var pairs = new LatentPairs();

        Assert.Throws<ArgumentException>(() => models.Loss().Score(pairs.Predicted.Span, pairs.Target.Span[1..], pairs.Target.Shape));
    }

    [Fact]
    public void Score_TargetPreparedWithoutThePerceptualTerm_IsRefusedByALossThatHasIt()
    {
        using var pairs = new LatentPairs();
        using var prepared = models.Loss(new LossOptions { Weights = new LossWeights(1, 0) }).Prepare(pairs.Target);

        Assert.Throws<ArgumentException>("target", () => models.Loss().Score(pairs.Predicted, prepared));
    }

    [Fact]
    public void Score_TargetPreparedWithThePerceptualTerm_IsTakenByALossWithoutIt()
    {
        using var pairs = new LatentPairs();
        var latentOnly = models.Loss(new LossOptions { Weights = new LossWeights(1, 0) });
        using var prepared = models.Loss().Prepare(pairs.Target);

        Assert.Equal(latentOnly.Score(pairs.Predicted, pairs.Target), latentOnly.Score(pairs.Predicted, prepared));
    }

    [Fact]
    public void Score_UnitsThatCannotBeConverted_AreRefused()
    {
        using var pairs = new LatentPairs();

        Assert.Throws<InvalidOperationException>(() => models.Loss(new LossOptions { Units = LatentUnits.Raw }).Score(pairs.Predicted, pairs.Target));
    }

    [Fact]
    public void Distance_FeaturesOfDifferentShapes_AreRefusedWithBoth()
    {
        var network = models.Load(models.Lpips("squeeze"));
        using var images = new LatentPairs();
        using var others = new LatentPairs(imageHeight: 32, imageWidth: 40);
        using var a = network.Features(images.Images);
        using var b = network.Features(others.Images);

        var exception = Assert.Throws<ArgumentException>(() => network.Distance(a, b));

        Assert.Contains("[3,3,40,32]", exception.Message, StringComparison.Ordinal);
        Assert.Contains("[3,3,32,40]", exception.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => network.SpatialMap(a, b));
    }

    [Theory]
    [InlineData(new long[] { 1, 3, 20, 16 })]
    [InlineData(new long[] { 1, 4, 16, 16 })]
    [InlineData(new long[] { 3, 16, 16 })]
    [InlineData(new long[] { 1, 3, 0, 16 })]
    public void Encode_ImagesThatTheEncoderDoesNotTake_AreRefused(long[] shape)
    {
        using var encoder = new Inference.ImageEncoder(models.TaesdEncoder(), TestModels.OneThread);
        using var images = Zeros(shape);

        var exception = Assert.Throws<ArgumentException>(() => encoder.Encode(images));

        Assert.Contains($"{images.Shape}; encoder 'encoder-4-False' takes [N,3,H,W] with H and W multiples of 8", exception.Message, StringComparison.Ordinal);
    }

    private static TensorBuffer Zeros(params ReadOnlySpan<long> shape)
    {
        var buffer = new TensorBuffer(new TensorShape(shape));
        buffer.Span.Clear();
        return buffer;
    }
}
