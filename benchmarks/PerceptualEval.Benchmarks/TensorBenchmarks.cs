using BenchmarkDotNet.Attributes;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>What happens to a sample besides inference: unit conversion and mean squared error of a latent of 1024 pixels, resize of an image.</summary>
public class TensorBenchmarks
{
    private static readonly LatentSpace Flux = new() { Channels = 16, SpatialFactor = 8, Units = LatentUnits.Raw, Scaling = 0.3611, Shift = 0.1159 };

    private TensorBuffer _latent = null!;
    private TensorBuffer _other = null!;
    private TensorBuffer _image = null!;

    [GlobalSetup]
    public void Setup()
    {
        _latent = BenchmarkModels.Random(1, 16, 128, 128);
        _other = BenchmarkModels.Random(1, 16, 128, 128);
        _image = BenchmarkModels.Random(1, 3, 512, 512);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _latent.Dispose();
        _other.Dispose();
        _image.Dispose();
    }

    // There and back, so that the values stay what they are.
    [Benchmark]
    public void Units()
    {
        Flux.Convert(_latent, LatentUnits.Model, LatentUnits.Raw);
        Flux.Convert(_latent, LatentUnits.Raw, LatentUnits.Model);
    }

    [Benchmark]
    public double LatentLoss() => MeanSquaredError.Compute(_latent.Span, _other.Span);

    [Benchmark]
    public void BicubicTo256() => BicubicResize.Resize(_image, 256, 256).Dispose();
}
