using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Encoders;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Decoders;

public sealed class CogVideoXDecoderTests : IDisposable
{
    // Of the largest value. torch's own float32 is up to 1.7e-6 off; a wrong frame batching moves values by 0.1.
    private const double Tolerance = 4e-6;

    private static readonly string Tiny = Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.ModelBuilder.Tests", "Goldens", "CogVideoX");

    private readonly string _models = Directory.CreateTempSubdirectory("perceptual-eval-").FullName;

    [Theory]
    [InlineData("G01")]
    [InlineData("G02")]
    [InlineData("G03")]
    [InlineData("G04")]
    [InlineData("G05")]
    public void Decode_ReferenceClips_EqualsTheReferenceImplementation(string id)
    {
        var folder = SharedFolder.Require("reference", "G_cogvideox");
        using var latents = Read(Path.Combine(folder, $"{id}_z.npy"));
        using var expected = Read(Path.Combine(folder, $"{id}_video_f64.npy"));
        using var decoder = Load(folder);

        using var video = decoder.Decode(latents);

        Assert.Equal(expected.Shape, video.Shape);
        Assert.InRange(LargestDifference(expected, video), 0, Tolerance);
    }

    // Goldens of tools/make_cogvideox_goldens.py: another number of levels, one that doubles the frames, two clips at once for 3 frames.
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(9)]
    public void Decode_ClipsOfAnyLength_EqualsTheBatchByBatchLoopInFloat64(int frames)
    {
        using var latents = Read(Path.Combine(Tiny, "clips.npz"), $"latent{frames}");
        using var expected = Read(Path.Combine(Tiny, "clips.npz"), $"video{frames}");
        using var decoder = Load(Tiny);

        using var video = decoder.Decode(latents);

        Assert.Equal(expected.Shape, video.Shape);
        Assert.InRange(LargestDifference(expected, video), 0, Tolerance);
    }

    [Fact]
    public void Decode_LongerClip_BeginsWithTheFramesOfItsFirstBatch()
    {
        using var latents = Read(Path.Combine(Tiny, "clips.npz"), "latent9");
        using var decoder = Load(Tiny);
        using var start = ClipFramesOf(latents, 3);

        using var whole = decoder.Decode(latents);
        using var first = decoder.Decode(start);

        using var beginning = ClipFramesOf(whole, (int)first.Shape[2]);
        Assert.Equal(first.Span, beginning.Span);
    }

    [Fact]
    public void Decode_ModelUnits_UndoesTheConfigsScaling()
    {
        using var raw = Read(Path.Combine(Tiny, "clips.npz"), "latent3");
        using var scaled = TensorBuffer.CopyOf(raw.Shape, [.. raw.Span.ToArray().Select(value => value * 0.7f)]);
        using var decoder = Load(Tiny);

        using var expected = decoder.Decode(raw);
        using var video = decoder.Decode(scaled, LatentUnits.Model);

        // Rounding of the latents by the scaling and back.
        Assert.InRange(LargestDifference(expected, video), 0, 1e-5);
    }

    [Fact]
    public void Build_Checkpoint_WritesWhatTheLatentsAre()
    {
        var manifest = DecoderBuilder.Build(Tiny, "tiny", _models).Manifest;

        var latent = manifest.Latent!;
        Assert.Equal((2, 4, 2, LatentUnits.Raw, 0.7), (latent.Channels, latent.SpatialFactor, latent.TemporalFactor, latent.Units, latent.Scaling));
        Assert.Equal(2, manifest.FrameBatching!.LatentFrames);
        Assert.Equal(new FrameCache("cache0", 2, 1), manifest.FrameBatching.Caches[0]);
        Assert.Equal(new FrameCache("cache17", 4, 4), manifest.FrameBatching.Caches[^1]);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Decode_ShapeThatIsNoClip_IsRefusedWithBothShapes(int rank)
    {
        using var decoder = Load(Tiny);
        using var latents = new TensorBuffer(new TensorShape([.. Enumerable.Repeat(2L, rank)]));

        var exception = Assert.Throws<ArgumentException>(() => decoder.Decode(latents));

        Assert.Contains($"{latents.Shape}", exception.Message, StringComparison.Ordinal);
        Assert.Contains("[N,2,t,h,w]", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 0)]
    [InlineData(3, 2)]
    public void Decode_NoFramesOrOtherChannels_IsRefused(int channels, int frames)
    {
        using var decoder = Load(Tiny);
        using var latents = new TensorBuffer(new TensorShape(1, channels, frames, 4, 3));

        Assert.Throws<ArgumentException>(() => decoder.Decode(latents));
    }

    [Fact]
    public void Decode_ClipInTiles_IsEachTilesOwnVideoWhereNoOtherTileReaches()
    {
        const int Height = 8, Width = 12, Tile = 8, LeftOnly = 4;
        using var decoder = Load(Tiny);
        using var latents = Wave(new TensorShape(1, 2, 5, Height, Width));
        using var left = Columns(latents, 0, Tile);

        using var tiled = decoder.Decode(latents, tiling: new Tiling(Tile));
        using var alone = decoder.Decode(left);

        // Tiles begin at columns 0 and 4 of the latent: what lies before 4 is the left one's only, in every frame.
        var factor = decoder.LatentSpace.SpatialFactor;
        using var found = Columns(tiled, 0, LeftOnly * factor);
        using var expected = Columns(alone, 0, LeftOnly * factor);
        Assert.Equal(decoder.ImageShape(latents.Shape), tiled.Shape);
        Assert.Equal(expected.Span, found.Span);
    }

    [Fact]
    public void Decode_TilesNoSmallerThanTheClip_ChangeNothing()
    {
        using var decoder = Load(Tiny);
        using var latents = Read(Path.Combine(Tiny, "clips.npz"), "latent3");
        using var whole = decoder.Decode(latents);

        using var tiled = decoder.Decode(latents, tiling: new Tiling(8));

        Assert.Equal(whole.Span, tiled.Span);
    }

    [Fact]
    public void Build_WeightsWithoutConfig_AsksForIt()
    {
        var alone = Path.Combine(_models, "vae.safetensors");
        File.Copy(Path.Combine(Tiny, "diffusion_pytorch_model.safetensors"), alone);

        var exception = Assert.Throws<ModelException>(() => DecoderBuilder.Build(alone, "tiny", _models));

        Assert.Contains("--config", exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"layers_per_block\": 1", "\"layers_per_block\": 2", "missing decoder.up_blocks.0.resnets.2.")]
    [InlineData("\"layers_per_block\": 1", "\"layers_per_block\": 0", "layers_per_block 0")]
    [InlineData("\"norm_num_groups\": 2", "\"norm_num_groups\": 3", "norm_num_groups 3")]
    [InlineData("\"temporal_compression_ratio\": 2", "\"temporal_compression_ratio\": 3", "temporal_compression_ratio is 3")]
    [InlineData("\"temporal_compression_ratio\": 2", "\"temporal_compression_ratio\": 8", "temporal_compression_ratio is 8")]
    [InlineData("\"scaling_factor\": 0.7", "\"scaling_factor\": 0", "scaling_factor is 0")]
    [InlineData("\"act_fn\": \"silu\"", "\"act_fn\": \"gelu\"", "act_fn is gelu")]
    [InlineData("\"latent_channels\": 2", "\"latent_channels\": 16", "not [8,16,3,3,3]")]
    [InlineData("AutoencoderKLCogVideoX", "AutoencoderKL", "config of AutoencoderKL,")]
    public void Build_ConfigOfOtherWeights_IsRefusedWithWhatIsWrong(string stated, string changed, string expected)
    {
        var config = Path.Combine(_models, "config.json");
        var text = File.ReadAllText(Path.Combine(Tiny, "config.json"));
        Assert.Contains(stated, text, StringComparison.Ordinal);
        File.WriteAllText(config, text.Replace(stated, changed, StringComparison.Ordinal));

        var exception = Assert.Throws<ModelException>(
            () => DecoderBuilder.Build(Path.Combine(Tiny, "diffusion_pytorch_model.safetensors"), "tiny", _models, new BuildOptions { ConfigPath = config }));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Build_Encoder_SaysThatOnlyTheDecoderIsSupported()
    {
        var exception = Assert.Throws<ModelException>(() => EncoderBuilder.Build(Tiny, "tiny", _models));

        Assert.Contains("only the decoder is supported", exception.Message, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(_models, recursive: true);

    private LatentDecoder Load(string folder) => new(DecoderBuilder.Build(folder, "cogvideox", _models), new ExecutionOptions(ExecutionDevice.Cpu, Threads: 1));

    private static TensorBuffer ClipFramesOf(TensorBuffer clips, int count)
    {
        var shape = clips.Shape;
        var (length, plane) = ((int)shape[2], (int)(shape[3] * shape[4]));
        float[] values = [.. Enumerable.Range(0, (int)(shape[0] * shape[1])).SelectMany(row => clips.Span.Slice(row * length * plane, count * plane).ToArray())];
        return TensorBuffer.CopyOf(new TensorShape(shape[0], shape[1], count, shape[3], shape[4]), values);
    }

    private static TensorBuffer Wave(TensorShape shape) =>
        TensorBuffer.CopyOf(shape, [.. Enumerable.Range(0, (int)shape.ElementCount).Select(i => MathF.Sin(0.7f * i))]);

    // Columns of every frame: [N,C,T,H,count].
    private static TensorBuffer Columns(TensorBuffer clips, int start, int count)
    {
        var width = (int)clips.Shape[^1];
        float[] values = [.. Enumerable.Range(0, clips.Span.Length / width).SelectMany(row => clips.Span.Slice((row * width) + start, count).ToArray())];
        return TensorBuffer.CopyOf(new TensorShape([.. clips.Shape.Dimensions[..^1], count]), values);
    }

    private static double LargestDifference(TensorBuffer expected, TensorBuffer actual)
    {
        var (difference, scale) = (0.0, 1.0);
        for (var i = 0; i < expected.Span.Length; i++)
        {
            difference = Math.Max(difference, Math.Abs((double)expected.Span[i] - actual.Span[i]));
            scale = Math.Max(scale, Math.Abs(expected.Span[i]));
        }

        return difference / scale;
    }

    private static TensorBuffer Read(string path, string? name = null)
    {
        using var file = TensorFile.Open(path);
        var entry = file.Tensors.Single(tensor => name is null || tensor.Name == name);
        var tensor = new TensorBuffer(entry.Shape);
        file.Read(entry, tensor.Span);
        return tensor;
    }
}
