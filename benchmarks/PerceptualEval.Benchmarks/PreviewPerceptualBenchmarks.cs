using BenchmarkDotNet.Attributes;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>The built-in LPIPS network beside the LPIPS-squeeze that it stands in for, on one thread: the distance of two images.</summary>
public class PreviewPerceptualBenchmarks
{
    private const int Pixels = 256;

    private PerceptualNetwork _squeeze = null!;
    private PerceptualNetwork _preview = null!;
    private TensorBuffer _a = null!;
    private TensorBuffer _b = null!;

    [GlobalSetup]
    public void Setup()
    {
        _squeeze = new PerceptualNetwork(BenchmarkModels.Squeeze, BenchmarkModels.OneThread);
        _preview = new PerceptualNetwork(BenchmarkModels.BuiltIn("preview-lpips"), BenchmarkModels.OneThread);
        _a = BenchmarkModels.Random(1, 3, Pixels, Pixels);
        _b = BenchmarkModels.Random(1, 3, Pixels, Pixels);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _a.Dispose();
        _b.Dispose();
        _preview.Dispose();
        _squeeze.Dispose();
    }

    [Benchmark(Baseline = true)]
    public double SqueezePair() => Pair(_squeeze);

    [Benchmark]
    public double PreviewPair() => Pair(_preview);

    private double Pair(PerceptualNetwork lpips)
    {
        using var a = lpips.Features(_a);
        using var b = lpips.Features(_b);
        return lpips.Distance(a, b)[0].Total;
    }
}
