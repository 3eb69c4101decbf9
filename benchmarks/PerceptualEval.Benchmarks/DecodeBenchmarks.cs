using BenchmarkDotNet.Attributes;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>The TAEF2 decoder, beside the graph that torch.onnx writes of it.</summary>
public class DecodeBenchmarks
{
    private LatentDecoder _decoder = null!;
    private TensorBuffer _latents = null!;
    private TorchExport _export = null!;

    [Params(256, 512)]
    public int Pixels { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _decoder = new LatentDecoder(BenchmarkModels.Taef2, BenchmarkModels.Cpu);
        _latents = BenchmarkModels.Random(1, 32, Pixels / 8, Pixels / 8);
        _export = new TorchExport(BenchmarkModels.Shared("baselines", "taef2-decoder.torch-export.onnx"));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _latents.Dispose();
        _decoder.Dispose();
        _export.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void TorchExportDecode() => _export.Run(("z", _latents));

    [Benchmark]
    public void Decode() => _decoder.Decode(_latents).Dispose();
}
