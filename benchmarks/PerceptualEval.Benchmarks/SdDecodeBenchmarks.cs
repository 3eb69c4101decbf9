using BenchmarkDotNet.Attributes;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>Stable Diffusion's decoder to 512 pixels, beside the graph that torch.onnx writes of diffusers' module.</summary>
public class SdDecodeBenchmarks
{
    private const int Cells = 64;

    private LatentDecoder _decoder = null!;
    private TensorBuffer _latents = null!;
    private TorchExport _export = null!;

    [GlobalSetup]
    public void Setup()
    {
        _decoder = new LatentDecoder(BenchmarkModels.Sd, BenchmarkModels.Cpu);
        _latents = BenchmarkModels.Random(1, 4, Cells, Cells);
        _export = new TorchExport(BenchmarkModels.Large("sd-decoder.torch-export.onnx"));
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
