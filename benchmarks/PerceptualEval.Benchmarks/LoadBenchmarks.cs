using BenchmarkDotNet.Attributes;
using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval.Benchmarks;

/// <summary>Loading a decoder as it was built, which the runtime then optimises, and as it was kept after that.</summary>
public class LoadBenchmarks
{
    private string _cache = null!;

    [Params("TAEF2", "SD")]
    public string Decoder { get; set; } = null!;

    private Model Model => Decoder == "SD" ? BenchmarkModels.Sd : BenchmarkModels.Taef2;

    [GlobalSetup]
    public void Setup()
    {
        _cache = Directory.CreateTempSubdirectory("perceptual-eval-graphs").FullName;
        Kept();
    }

    [GlobalCleanup]
    public void Cleanup() => Directory.Delete(_cache, recursive: true);

    [Benchmark(Baseline = true)]
    public void AsBuilt() => new LatentDecoder(Model, BenchmarkModels.Cpu).Dispose();

    [Benchmark]
    public void Kept() => new LatentDecoder(Model, BenchmarkModels.Cpu with { GraphCache = _cache }).Dispose();
}
