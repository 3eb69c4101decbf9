using BenchmarkDotNet.Attributes;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>LPIPS-squeeze in its two steps, beside the graph that torch.onnx writes of the lpips package.</summary>
public class SqueezeBenchmarks
{
    private PerceptualNetwork _lpips = null!;
    private TensorBuffer _a = null!;
    private TensorBuffer _b = null!;
    private PerceptualFeatures _featuresOfA = null!;
    private PerceptualFeatures _featuresOfB = null!;
    private TorchExport _export = null!;

    [Params(256, 512)]
    public int Pixels { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _lpips = new PerceptualNetwork(BenchmarkModels.Squeeze, BenchmarkModels.Cpu);
        _a = BenchmarkModels.Random(1, 3, Pixels, Pixels);
        _b = BenchmarkModels.Random(1, 3, Pixels, Pixels);
        _featuresOfA = _lpips.Features(_a);
        _featuresOfB = _lpips.Features(_b);
        _export = new TorchExport(BenchmarkModels.Shared("baselines", "lpips-squeeze.torch-export.onnx"));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _featuresOfA.Dispose();
        _featuresOfB.Dispose();
        _a.Dispose();
        _b.Dispose();
        _lpips.Dispose();
        _export.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void TorchExportPair() => _export.Run(("a", _a), ("b", _b));

    [Benchmark]
    public double Pair()
    {
        using var a = _lpips.Features(_a);
        using var b = _lpips.Features(_b);
        return _lpips.Distance(a, b)[0].Total;
    }

    [Benchmark]
    public void Features() => _lpips.Features(_a).Dispose();

    [Benchmark]
    public double Distance() => _lpips.Distance(_featuresOfA, _featuresOfB)[0].Total;

    [Benchmark]
    public void SpatialMap() => _lpips.SpatialMap(_featuresOfA, _featuresOfB).Dispose();
}
