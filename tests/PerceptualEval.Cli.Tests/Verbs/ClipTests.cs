using System.Globalization;
using System.Text.Json;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Perceptual;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Verbs;

/// <summary>Clips on the command line, with a tiny CogVideoX decoder: 2 channels, sides times 4, frames t → 2t − t mod 2.</summary>
public sealed class ClipTests : IDisposable
{
    private static readonly string Tiny = Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.ModelBuilder.Tests", "Goldens", "CogVideoX");

    private readonly TemporaryFolder _folder = new();

    public ClipTests() => DecoderBuilder.Build(Tiny, "tiny", _folder["models"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Decode_Clip_WritesItsFramesAndOneTensor()
    {
        Assert.Equal(0, Decode(Clip("clip.npy", 1, 2, 3, 4, 5), "--npy"));

        Assert.Equal(["0000.png", "0001.png", "0002.png", "0003.png", "0004.png"], FramesOf("clip"));
        Assert.Equal(new TensorShape(3, 5, 16, 20), ShapeOf(_folder["out/clip.npy"]));
    }

    [Fact]
    public void Decode_BatchOfClips_WritesAFolderForEach()
    {
        Assert.Equal(0, Decode(Clip("clips.npy", 1, 2, 2, 2, 4, 4)));

        Assert.Equal(4, FramesOf("clips#0").Length);
        Assert.Equal(4, FramesOf("clips#1").Length);
    }

    [Fact]
    public void Decode_FramesFirst_GivesTheSameVideo()
    {
        var (channelsFirst, framesFirst) = BothLayouts("clip", seed: 1, batch: false);

        Assert.Equal(0, Decode(channelsFirst, "--npy"));
        Assert.Equal(0, Decode(framesFirst, "--npy", "--layout", "tchw"));

        Assert.Equal(File.ReadAllBytes(_folder["out/clip.npy"]), File.ReadAllBytes(_folder["out/clip-tchw.npy"]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Score_EitherLayout_GivesTheSameScoresAndEveryFrame(bool batch)
    {
        BuildLpips();
        var (target, targetFramesFirst) = BothLayouts("target", seed: 1, batch);
        var (pred, predFramesFirst) = BothLayouts("pred", seed: 2, batch);

        var samples = Score(pred, target);
        var framesFirst = Score(predFramesFirst, targetFramesFirst, "--layout", "tchw");

        Assert.Equal(batch ? 2 : 1, samples.Length);
        Assert.Equal(samples.Select(Loss), framesFirst.Select(Loss));
        foreach (var sample in samples)
        {
            var frames = sample.GetProperty("frames").EnumerateArray().Select(frame => frame.GetProperty("perceptual_loss").GetDouble()).ToArray();
            Assert.Equal(5, frames.Length);
            Assert.All(frames, frame => Assert.True(frame > 0));
            Assert.Equal(frames.Average(), sample.GetProperty("perceptual_loss").GetDouble(), 1e-12);
        }
    }

    [Fact]
    public void Score_IdenticalClipsAndTheirVideo_IsZero()
    {
        BuildLpips();
        var clip = Clip("clip.npy", 1, 2, 3, 8, 8);
        Assert.Equal(0, Decode(clip, "--npy"));

        var sample = Assert.Single(Score(clip, clip, "--images", _folder["out/clip.npy"], "--input-weight", "1"));

        Assert.Equal(0, Loss(sample));
        Assert.Equal(0, sample.GetProperty("perceptual_loss_on_inputs").GetDouble());
    }

    [Fact]
    public void Score_ClipOfOneFrame_ComparesWithAPicture()
    {
        BuildLpips();
        var clip = Clip("clip.npy", 1, 2, 1, 8, 8);
        var picture = _folder.Picture("picture.png", 32, 32, 10, 200, 90);

        var sample = Assert.Single(Score(clip, clip, "--images", picture, "--input-weight", "1"));

        Assert.True(sample.GetProperty("perceptual_loss_on_inputs").GetDouble() > 0);
        Assert.Equal(1, sample.GetProperty("frames").GetArrayLength());
    }

    [Theory]
    [InlineData("2,8,8")] // no frames
    [InlineData("1,1,2,3,8,8")] // one dimension too many
    [InlineData("2,0,8,8")] // none of them
    [InlineData("3,2,8,8")] // frames first, without --layout
    [InlineData("5,5,8,8")] // other channels
    public void Decode_NoClip_IsBadInput(string shape) =>
        Assert.Equal(2, Decode(_folder.Npy("clip.npy", 0, [.. shape.Split(',').Select(length => long.Parse(length, CultureInfo.InvariantCulture))])));

    [Theory]
    [InlineData("--layout", "tchw")] // the clip is channels first
    [InlineData("--layout", "hwct")]
    public void Decode_OptionThatDoesNotFit_IsBadInput(string option, string value) =>
        Assert.Equal(2, Decode(Clip("clip.npy", 1, 2, 3, 8, 8), option, value));

    [Fact]
    public void Decode_ClipLargerThanATile_GivesAllFramesOfTheWholeSize()
    {
        Assert.Equal(0, Decode(Clip("clip.npy", 1, 2, 3, 9, 12), "--tile", "8", "--npy"));

        Assert.Equal(new TensorShape(3, 5, 36, 48), ShapeOf(_folder["out/clip.npy"]));
    }

    [Fact]
    public void Score_VideoOfOtherLength_IsBadInput()
    {
        BuildLpips();
        var clip = Clip("clip.npy", 1, 2, 3, 8, 8);
        var video = _folder.Npy("video.npy", 0, 3, 4, 32, 32);

        Assert.Equal(2, Run("score", "--pred", clip, "--target", clip, "--decoder", "tiny", "--lpips", "squeeze", "--images", video, "--input-weight", "1"));
    }

    private string[] FramesOf(string id) => [.. Directory.GetFiles(_folder[$"out/{id}"]).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];

    private static double Loss(JsonElement sample) => sample.GetProperty("loss").GetDouble();

    private static TensorShape ShapeOf(string path)
    {
        using var file = TensorFile.Open(path);
        return file.Tensors[0].Shape;
    }

    // Clips of 3 latent frames as [C,T,h,w] and as [T,C,h,w], with or without a batch dimension of 2.
    private (string ChannelsFirst, string FramesFirst) BothLayouts(string name, int seed, bool batch)
    {
        const int Frames = 3, Channels = 2, Plane = 64;
        var count = batch ? 2 : 1;
        var channelsFirst = Noise(seed, count * Channels * Frames * Plane);
        var framesFirst = new float[channelsFirst.Length];
        for (var plane = 0; plane < count * Channels * Frames; plane++)
        {
            var (clip, channel, frame) = (plane / (Channels * Frames), plane / Frames % Channels, plane % Frames);
            Array.Copy(channelsFirst, plane * Plane, framesFirst, ((((clip * Frames) + frame) * Channels) + channel) * Plane, Plane);
        }

        long[] leading = batch ? [2] : [];
        return (Write($"{name}.npy", channelsFirst, [.. leading, Channels, Frames, 8, 8]), Write($"{name}-tchw.npy", framesFirst, [.. leading, Frames, Channels, 8, 8]));
    }

    private string Clip(string name, int seed, params long[] shape) => Write(name, Noise(seed, (int)new TensorShape(shape).ElementCount), shape);

    private string Write(string name, float[] values, long[] shape)
    {
        NpyFile.Write(_folder[name], new TensorShape(shape), values);
        return _folder[name];
    }

    private static float[] Noise(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)];
    }

    private void BuildLpips() => LpipsBuilder.Build(
        LpipsNetwork.Squeeze, SharedFolder.Require("models", "squeezenet1_1-features.pth"), SharedFolder.Require("models", "lpips-v0.1-squeeze.pth"), "0.1", "squeeze", _folder["models"]);

    private JsonElement[] Score(string pred, string target, params string[] options)
    {
        var results = _folder["results.json"];
        Assert.Equal(0, Run(["score", "--pred", pred, "--target", target, "--decoder", "tiny", "--lpips", "squeeze", "--out", results, .. options]));
        using var document = JsonDocument.Parse(File.ReadAllText(results));
        return [.. document.RootElement.GetProperty("samples").EnumerateArray().Select(sample => sample.Clone())];
    }

    private int Decode(string latents, params string[] options) => Run(["decode", latents, "--decoder", "tiny", "--out", _folder["out"], .. options]);

    private int Run(params string[] arguments) => Program.Main([.. arguments, "--models", _folder["models"], "--device", "cpu", "--threads", "1"]);
}
