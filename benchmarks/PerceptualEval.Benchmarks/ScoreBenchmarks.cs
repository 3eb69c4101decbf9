using BenchmarkDotNet.Attributes;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>One pair through the whole loss: two decodes, two feature passes (three with the third term), the distances.</summary>
public class ScoreBenchmarks
{
    private LatentPerceptualLoss _loss = null!;
    private LatentPerceptualLoss _lossWithImages = null!;
    private PreparedTarget _prepared = null!;
    private TensorBuffer _predicted = null!;
    private TensorBuffer _target = null!;
    private TensorBuffer _image = null!;

    [Params(256, 512)]
    public int Pixels { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _loss = Load(new LossOptions());
        _lossWithImages = Load(new LossOptions { Weights = new LossWeights(1, 1, 1) });
        _predicted = BenchmarkModels.Random(1, 32, Pixels / 8, Pixels / 8);
        _target = BenchmarkModels.Random(1, 32, Pixels / 8, Pixels / 8);
        _image = BenchmarkModels.Random(1, 3, Pixels, Pixels);
        _prepared = _loss.Prepare(_target);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _prepared.Dispose();
        _predicted.Dispose();
        _target.Dispose();
        _image.Dispose();
        _loss.Dispose();
        _lossWithImages.Dispose();
    }

    [Benchmark(Baseline = true)]
    public SampleLoss Pair() => _loss.Score(_predicted, _target)[0];

    [Benchmark]
    public SampleLoss AgainstPreparedTarget() => _loss.Score(_predicted, _prepared)[0];

    [Benchmark]
    public SampleLoss WithThirdTerm() => _lossWithImages.Score(_predicted, _target, _image)[0];

    private static LatentPerceptualLoss Load(LossOptions options) => new(
        new LatentDecoder(BenchmarkModels.Taef2, BenchmarkModels.Cpu), new PerceptualNetwork(BenchmarkModels.Squeeze, BenchmarkModels.Cpu), options);
}
