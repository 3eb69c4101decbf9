using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Decoders;

public sealed class CogVideoXDecoderTests : IDisposable
{
    private readonly string _models = Directory.CreateTempSubdirectory("perceptual-eval-").FullName;

    // Of the largest value. float32 in torch itself is up to 1.6e-6 off; a wrong frame batching moves values by 0.1.
    private const double Tolerance = 2e-6;

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
        var model = DecoderBuilder.Build(folder, "cogvideox", _models);
        using var decoder = new LatentDecoder(model, new ExecutionOptions(ExecutionDevice.Cpu));

        using var video = decoder.Decode(latents);

        Assert.Equal(expected.Shape, video.Shape);
        Assert.InRange(LargestDifference(expected, video), 0, Tolerance);
    }

    public void Dispose() => Directory.Delete(_models, recursive: true);

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

    private static TensorBuffer Read(string path)
    {
        using var file = TensorFile.Open(path);
        var tensor = new TensorBuffer(file.Tensors[0].Shape);
        file.Read(file.Tensors[0], tensor.Span);
        return tensor;
    }
}
