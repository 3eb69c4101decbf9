using BenchmarkDotNet.Attributes;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>The built-in decoder beside the TAEF2 decoder that it stands in for, on one thread.</summary>
public class PreviewDecodeBenchmarks
{
    private const int Pixels = 256;

    private LatentDecoder _taef2 = null!;
    private LatentDecoder _preview = null!;
    private TensorBuffer _latents = null!;

    [GlobalSetup]
    public void Setup()
    {
        _taef2 = new LatentDecoder(BenchmarkModels.Taef2, BenchmarkModels.OneThread);
        _preview = new LatentDecoder(BenchmarkModels.BuiltIn("preview-decoder"), BenchmarkModels.OneThread);
        _latents = BenchmarkModels.Random(1, 32, Pixels / 8, Pixels / 8);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _latents.Dispose();
        _preview.Dispose();
        _taef2.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void Taef2Decode() => _taef2.Decode(_latents).Dispose();

    [Benchmark]
    public void PreviewDecode() => _preview.Decode(_latents).Dispose();
}
