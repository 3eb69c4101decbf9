using BenchmarkDotNet.Attributes;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>LPIPS-VGG of a pair, beside the graph that torch.onnx writes of the lpips package.</summary>
public class VggBenchmarks
{
    private const int Pixels = 512;

    private PerceptualNetwork _lpips = null!;
    private TensorBuffer _a = null!;
    private TensorBuffer _b = null!;
    private TorchExport _export = null!;

    [GlobalSetup]
    public void Setup()
    {
        _lpips = new PerceptualNetwork(BenchmarkModels.Vgg, BenchmarkModels.Cpu);
        _a = BenchmarkModels.Random(1, 3, Pixels, Pixels);
        _b = BenchmarkModels.Random(1, 3, Pixels, Pixels);
        _export = new TorchExport(BenchmarkModels.Large("lpips-vgg.torch-export.onnx"));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
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
}
