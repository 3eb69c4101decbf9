using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Autoencoders;

/// <summary>The files that tools/make_autoencoder_goldens.py makes: weights, and inputs and float64 outputs under <c>golden.…</c>.</summary>
internal static class Golden
{
    /// <summary>
    /// Float32 rounding over some twenty layers moves a value of about 1 by a few 1e-6; a wrong epsilon, group, padding, order of patches
    /// or skip moves these networks' outputs by more than 1e-3.
    /// </summary>
    public const double Tolerance = 1e-5;

    public static string Path(string name) =>
        System.IO.Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.ModelBuilder.Tests", "Goldens", "Autoencoders", name);

    public static TensorBuffer Tensor(string file, string key)
    {
        using var tensors = TensorFile.Open(Path(file));
        return tensors.Read(tensors.Tensors.Single(entry => entry.Name == $"golden.{key}"));
    }

    public static TensorBuffer Npy(string path)
    {
        using var file = TensorFile.Open(path);
        return file.Read(file.Tensors[0]);
    }

    public static TensorBuffer Decode(Model model, TensorBuffer latents, LatentUnits? units = null, Tiling? tiling = null)
    {
        using var decoder = new LatentDecoder(model, new ExecutionOptions(ExecutionDevice.Cpu));
        return decoder.Decode(latents, units, tiling);
    }

    public static TensorBuffer Encode(Model model, TensorBuffer images)
    {
        using var encoder = new ImageEncoder(model, new ExecutionOptions(ExecutionDevice.Cpu));
        return encoder.Encode(images);
    }

    /// <summary>The bytes of the decoder graph that a checkpoint gives.</summary>
    public static byte[] DecoderGraph(string checkpoint, string models, BuildOptions? options = null)
    {
        var model = DecoderBuilder.Build(checkpoint, Guid.NewGuid().ToString("N"), models, options);
        return File.ReadAllBytes(model.VerifiedGraph("decoder"));
    }

    /// <summary>The largest difference, as a part of the larger of 1 and the largest expected value.</summary>
    public static double Difference(TensorBuffer expected, TensorBuffer actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        var (largest, magnitude) = (0.0, 1.0);
        for (var i = 0; i < expected.Span.Length; i++)
        {
            var difference = Math.Abs((double)expected.Span[i] - actual.Span[i]);
            Assert.True(double.IsFinite(difference), $"value {i} is {actual.Span[i]}, expected {expected.Span[i]}");
            (largest, magnitude) = (Math.Max(largest, difference), Math.Max(magnitude, Math.Abs(expected.Span[i])));
        }

        return largest / magnitude;
    }
}
