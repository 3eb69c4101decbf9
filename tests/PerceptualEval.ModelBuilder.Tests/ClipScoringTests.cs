using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.Models;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests;

/// <summary>
/// The loss of clips, with a tiny CogVideoX decoder and the mean squared difference of pixels in place of LPIPS: what a score must be
/// follows from the decoded frames. 1e-5 relative admits the float32 mean of a frame in the graph.
/// </summary>
public sealed class ClipScoringTests : IDisposable
{
    private static readonly string Tiny = Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.ModelBuilder.Tests", "Goldens", "CogVideoX");

    private readonly string _models = Directory.CreateTempSubdirectory("perceptual-eval-").FullName;
    private readonly Model _decoder;
    private readonly Model _pixels;

    public ClipScoringTests()
    {
        _decoder = DecoderBuilder.Build(Tiny, "tiny", _models);
        _pixels = PixelDistance.Build(_models);
    }

    public void Dispose() => Directory.Delete(_models, recursive: true);

    [Fact]
    public void Score_IdenticalClips_IsExactlyZeroInEveryFrame()
    {
        using var loss = Loss(new LossWeights(1, 1, 1));
        using var clip = Noise(1, 1, 2, 5, 4, 4);
        using var video = loss.Decoder.Decode(clip);

        var sample = Assert.Single(loss.Score(clip, clip, video));

        Assert.Equal(new SampleLoss(0, 0, 0, 0) { Frames = sample.Frames }, sample);
        Assert.Equal(Enumerable.Repeat(new FrameLoss(0, 0), 9), sample.Frames);
    }

    [Theory]
    [InlineData(3, 4, 4)]
    // Frames of 512x576 pixels: three at a time go through the network, four there are.
    [InlineData(2, 128, 144)]
    public void Score_Clip_IsTheMeanOverItsFrames(int frames, int height, int width)
    {
        using var loss = Loss(new LossWeights(2, 3, 5));
        using var target = Noise(1, 1, 2, frames, height, width);
        using var pred = Noise(2, 1, 2, frames, height, width);
        using var decodedTarget = loss.Decoder.Decode(target);
        using var decodedPred = loss.Decoder.Decode(pred);
        using var video = Noise(3, [.. decodedPred.Shape.Dimensions]);

        var sample = Assert.Single(loss.Score(pred, target, video));

        double[] perceptual = [.. FrameDifferences(decodedTarget, decodedPred)];
        double[] onInputs = [.. FrameDifferences(video, decodedPred)];
        Assert.Equal(perceptual.Length, sample.Frames!.Count);
        for (var frame = 0; frame < perceptual.Length; frame++)
        {
            AssertNear(perceptual[frame], sample.Frames[frame].PerceptualLoss);
            AssertNear(onInputs[frame], sample.Frames[frame].PerceptualLossOnInputs);
        }

        AssertNear(perceptual.Average(), sample.PerceptualLoss);
        AssertNear(onInputs.Average(), sample.PerceptualLossOnInputs);
        AssertNear((2 * sample.LatentL2Loss) + (3 * perceptual.Average()) + (5 * onInputs.Average()), sample.Loss);
    }

    [Fact]
    public void Score_ClipsWithACache_GiveTheSameBits()
    {
        using var loss = Loss(new LossWeights(1, 1));
        using var target = Noise(1, 2, 2, 4, 4, 4);
        using var pred = Noise(2, 2, 2, 4, 4, 4);
        var cached = new LatentPerceptualLoss(loss.Decoder, loss.Lpips, loss.Options with { Cache = new TargetCache(Path.Combine(_models, "cache"), 1 << 20) });
        var expected = loss.Score(pred, target);

        for (var run = 0; run < 2; run++)
        {
            var found = cached.Score(pred, target);

            Assert.Equal(expected.Select(sample => sample.Loss), found.Select(sample => sample.Loss));
            Assert.Equal(expected.SelectMany(sample => sample.Frames!), found.SelectMany(sample => sample.Frames!));
            Assert.Equal(2, Directory.GetDirectories(cached.Options.Cache!.Folder).Length);
        }
    }

    [Fact]
    public void Score_BatchOfClips_EqualsEachClipAlone()
    {
        using var loss = Loss(new LossWeights(1, 1));
        using var target = Noise(1, 2, 2, 4, 4, 4);
        using var pred = Noise(2, 2, 2, 4, 4, 4);

        var together = loss.Score(pred, target);

        for (var i = 0; i < 2; i++)
        {
            var shape = new TensorShape(1, 2, 4, 4, 4);
            var alone = Assert.Single(loss.Score(pred.Sample(i), target.Sample(i), shape));
            Assert.Equal(alone.LatentL2Loss, together[i].LatentL2Loss);
            Assert.InRange(Math.Abs(alone.PerceptualLoss!.Value - together[i].PerceptualLoss!.Value), 0, 1e-6 * alone.PerceptualLoss.Value);
        }
    }

    [Fact]
    public void Score_PreparedTarget_EqualsScoringBoth()
    {
        using var loss = Loss(new LossWeights(1, 1));
        using var target = Noise(1, 1, 2, 3, 4, 4);
        using var pred = Noise(2, 1, 2, 3, 4, 4);
        using var prepared = loss.Prepare(target);

        var first = loss.Score(pred, prepared);
        var second = loss.Score(pred, prepared);

        Assert.Equal(loss.Score(pred, target)[0].Loss, first[0].Loss);
        Assert.Equal(first[0].Frames, second[0].Frames);
    }

    [Fact]
    public void Score_PreparedVideo_EqualsVideoGivenWithThePrediction()
    {
        using var loss = Loss(new LossWeights(1, 1, 1));
        using var target = Noise(1, 1, 2, 3, 4, 4);
        using var pred = Noise(2, 1, 2, 3, 4, 4);
        using var video = Noise(3, [.. loss.Decoder.ImageShape(target.Shape).Dimensions]);
        using var prepared = loss.Prepare(target, video);

        var sample = Assert.Single(loss.Score(pred, prepared));

        var expected = Assert.Single(loss.Score(pred, target, video));
        Assert.Equal(expected.PerceptualLossOnInputs, sample.PerceptualLossOnInputs);
        Assert.Equal(expected.Frames, sample.Frames);
    }

    [Fact]
    public void Score_NaNInTheLastBatch_LeavesTheFramesBeforeItAndNoScore()
    {
        using var loss = Loss(new LossWeights(1, 1));
        using var target = Noise(1, 1, 2, 5, 4, 4);
        using var pred = Noise(2, 1, 2, 5, 4, 4);
        pred.Span[4 * 16] = float.NaN;

        var sample = Assert.Single(loss.Score(pred, target));

        Assert.False(sample.IsFinite);
        Assert.Equal(double.NaN, sample.PerceptualLoss);
        Assert.All(sample.Frames!.Take(5), frame => Assert.True(double.IsFinite(frame.PerceptualLoss!.Value)));
        Assert.All(sample.Frames!.Skip(5), frame => Assert.Equal(double.NaN, frame.PerceptualLoss));
    }

    [Fact]
    public void Score_VideoWithoutWeight_IsNotLookedAt()
    {
        using var loss = Loss(new LossWeights(1, 1));
        using var clip = Noise(1, 1, 2, 3, 4, 4);
        using var video = Noise(3, 1, 3, 5, 16, 16);
        video.Span.Fill(float.NaN);

        Assert.Equal(0, Assert.Single(loss.Score(clip, clip, video)).Loss);
    }

    [Theory]
    [InlineData(ResizeMode.Image)]
    [InlineData(ResizeMode.Decoded)]
    public void Score_VideoOfAnotherSize_IsResizedFrameByFrame(ResizeMode resize)
    {
        using var loss = Loss(new LossWeights(0, 0, 1), resize);
        using var clip = Noise(1, 1, 2, 2, 4, 4);
        using var decoded = loss.Decoder.Decode(clip);
        using var video = Noise(3, 1, 3, decoded.Shape[2], 10, 14);

        var sample = Assert.Single(loss.Score(clip, clip, video));

        for (var frame = 0; frame < sample.Frames!.Count; frame++)
        {
            using var image = FrameOf(video, frame);
            using var decodedImage = FrameOf(decoded, frame);
            using var resized = resize == ResizeMode.Image ? BicubicResize.Resize(image, 16, 16) : BicubicResize.Resize(decodedImage, 10, 14);
            AssertNear(SquaredDifference((resize == ResizeMode.Image ? decodedImage : image).Span, resized.Span), sample.Frames[frame].PerceptualLossOnInputs);
        }
    }

    [Theory]
    [InlineData(1, 3, 8, 16, 16)]
    [InlineData(2, 3, 9, 16, 16)]
    [InlineData(1, 4, 9, 16, 16)]
    public void Score_VideoThatDoesNotFit_IsRefusedWithBothShapes(int count, int channels, int frames, int height, int width)
    {
        using var loss = Loss(new LossWeights(1, 1, 1), ResizeMode.Image);
        using var clip = Noise(1, 1, 2, 5, 4, 4);
        using var video = Noise(3, count, channels, frames, height, width);

        var exception = Assert.Throws<ArgumentException>(() => loss.Score(clip, clip, video));

        Assert.Contains($"{video.Shape}", exception.Message, StringComparison.Ordinal);
        Assert.Contains("[1,3,9,16,16]", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Score_ImagesWhereClipsAreExpected_IsRefused()
    {
        using var loss = Loss(new LossWeights(1, 1));
        using var image = Noise(1, 1, 2, 4, 4);

        Assert.Throws<ArgumentException>(() => loss.Score(image, image));
    }

    private LatentPerceptualLoss Loss(LossWeights weights, ResizeMode resize = ResizeMode.None)
    {
        var options = new ExecutionOptions(ExecutionDevice.Cpu, Threads: 1);
        return new(new LatentDecoder(_decoder, options), new PerceptualNetwork(_pixels, options), new LossOptions { Weights = weights, Resize = resize });
    }

    private static TensorBuffer Noise(int seed, params long[] shape)
    {
        var random = new Random(seed);
        var noise = new TensorBuffer(new TensorShape(shape));
        foreach (ref var value in noise.Span)
        {
            value = (2 * random.NextSingle()) - 1;
        }

        return noise;
    }

    private static IEnumerable<double> FrameDifferences(TensorBuffer a, TensorBuffer b)
    {
        for (var frame = 0; frame < a.Shape[2]; frame++)
        {
            using var frameOfA = FrameOf(a, frame);
            using var frameOfB = FrameOf(b, frame);
            yield return SquaredDifference(frameOfA.Span, frameOfB.Span);
        }
    }

    private static TensorBuffer FrameOf(TensorBuffer clip, int frame)
    {
        var (length, height, width) = ((int)clip.Shape[2], (int)clip.Shape[3], (int)clip.Shape[4]);
        float[] values = [.. Enumerable.Range(0, 3).SelectMany(channel => clip.Span.Slice(((channel * length) + frame) * height * width, height * width).ToArray())];
        return TensorBuffer.CopyOf(new TensorShape(1, 3, height, width), values);
    }

    private static double SquaredDifference(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
        {
            sum += ((double)a[i] - b[i]) * ((double)a[i] - b[i]);
        }

        return sum / a.Length;
    }

    private static void AssertNear(double expected, double? actual) => Assert.InRange(actual!.Value, expected * (1 - 1e-5), expected * (1 + 1e-5));
}
