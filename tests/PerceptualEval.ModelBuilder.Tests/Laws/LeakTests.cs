using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Laws;

/// <summary>Every rented buffer is given back, also where something fails halfway.</summary>
[Collection(nameof(LiveBuffers))]
public sealed class LeakTests(TestModels models)
{
    private static readonly LossWeights AllTerms = new(1, 1, 1);

    [Theory]
    [InlineData(ResizeMode.Image, false)]
    [InlineData(ResizeMode.Decoded, true)]
    public void Score_AllTerms_GivesEveryBufferBack(ResizeMode resize, bool clamp)
    {
        var before = TensorBuffer.LiveCount;
        using (var pairs = new LatentPairs(imageHeight: 57, imageWidth: 45))
        {
            var loss = models.Loss(new LossOptions { Weights = AllTerms, Resize = resize, Clamp = clamp });
            loss.Score(pairs.Predicted, pairs.Target, pairs.Images);
            using var prepared = loss.Prepare(pairs.Target);
            loss.Score(pairs.Predicted, prepared, pairs.Images);
            models.Loss().Score(pairs.Predicted.Span, pairs.Target.Span, pairs.Target.Shape);
        }

        Assert.Equal(before, TensorBuffer.LiveCount);
    }

    [Fact]
    public void SpatialMapAndEncode_Disposed_GiveEveryBufferBack()
    {
        var before = TensorBuffer.LiveCount;
        using (var pairs = new LatentPairs())
        using (var encoder = new ImageEncoder(models.TaesdEncoder(), TestModels.OneThread))
        {
            var network = models.Load(models.Lpips("squeeze"));
            using var features = network.Features(pairs.Images);
            using var map = network.SpatialMap(features, features);
            using var latents = encoder.Encode(pairs.Images);
            Assert.Equal(before + 5, TensorBuffer.LiveCount);
        }

        Assert.Equal(before, TensorBuffer.LiveCount);
    }

    [Fact]
    public void Score_ImagesTooSmallForTheNetwork_FailsAfterDecodingAndGivesEveryBufferBack()
    {
        using var pairs = new LatentPairs(imageHeight: 12, imageWidth: 12);
        var loss = models.Loss(new LossOptions { Weights = AllTerms, Resize = ResizeMode.Decoded });
        var before = TensorBuffer.LiveCount;

        Assert.Throws<ArgumentException>(() => loss.Score(pairs.Predicted, pairs.Target, pairs.Images));

        Assert.Equal(before, TensorBuffer.LiveCount);
    }

    [Fact]
    public void Score_UnitsThatCannotBeConverted_GivesEveryBufferBack()
    {
        using var pairs = new LatentPairs();
        var loss = models.Loss(new LossOptions { Units = LatentUnits.Raw });
        var before = TensorBuffer.LiveCount;

        Assert.Throws<InvalidOperationException>(() => loss.Score(pairs.Predicted, pairs.Target));
        Assert.Throws<InvalidOperationException>(() => loss.Score(pairs.Predicted.Span, pairs.Target.Span, pairs.Target.Shape));

        Assert.Equal(before, TensorBuffer.LiveCount);
    }

    [Fact]
    public void Score_RuntimeFailsInTheMiddle_GivesEveryBufferBack()
    {
        // Under a manifest that claims less than the network needs, the runtime itself refuses images lower than the first kernel. Here
        // that is after both latents were decoded and compared, and the decoded prediction was resized.
        using var folder = new TemporaryFolder();
        using var network = new PerceptualNetwork(folder.WithMinimum(models.Lpips("alex"), 1), TestModels.OneThread);
        var options = new LossOptions { Weights = AllTerms, Resize = ResizeMode.Decoded };
        var loss = new LatentPerceptualLoss(models.LoadDecoder(models.TaesdDecoder()), network, options);
        using var pairs = new LatentPairs(imageHeight: 4, imageWidth: 40);
        var before = TensorBuffer.LiveCount;

        Assert.Throws<InferenceException>(() => loss.Score(pairs.Predicted, pairs.Target, pairs.Images));

        Assert.Equal(before, TensorBuffer.LiveCount);
    }
}
