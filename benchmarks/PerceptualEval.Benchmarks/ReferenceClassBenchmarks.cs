using BenchmarkDotNet.Attributes;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>
/// All three terms of one pair, TAEF2 and LPIPS-VGG at 256 pixels, beside what the reference class (LatentLPIPS) runs for them: it decodes
/// both latents for the second term and the prediction again for the third, and puts both images through LPIPS each time.
/// </summary>
public class ReferenceClassBenchmarks
{
    private const int Pixels = 256;

    private LatentPerceptualLoss _loss = null!;
    private TensorBuffer _predicted = null!;
    private TensorBuffer _target = null!;
    private TensorBuffer _image = null!;
    private TorchExport _decoderExport = null!;
    private TorchExport _lpipsExport = null!;

    [GlobalSetup]
    public void Setup()
    {
        _loss = new LatentPerceptualLoss(
            new LatentDecoder(BenchmarkModels.Taef2, BenchmarkModels.Cpu),
            new PerceptualNetwork(BenchmarkModels.Vgg, BenchmarkModels.Cpu),
            new LossOptions { Weights = new LossWeights(1, 1, 1) });
        _predicted = BenchmarkModels.Random(1, 32, Pixels / 8, Pixels / 8);
        _target = BenchmarkModels.Random(1, 32, Pixels / 8, Pixels / 8);
        _image = BenchmarkModels.Random(1, 3, Pixels, Pixels);
        _decoderExport = new TorchExport(BenchmarkModels.Shared("baselines", "taef2-decoder.torch-export.onnx"));
        _lpipsExport = new TorchExport(BenchmarkModels.Large("lpips-vgg.torch-export.onnx"));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _predicted.Dispose();
        _target.Dispose();
        _image.Dispose();
        _loss.Dispose();
        _decoderExport.Dispose();
        _lpipsExport.Dispose();
    }

    // Times do not depend on what the images show: one stands for every decoded one.
    [Benchmark(Baseline = true)]
    public void ReferenceClass()
    {
        _decoderExport.Run(("z", _target));
        _decoderExport.Run(("z", _predicted));
        _lpipsExport.Run(("a", _image), ("b", _image));
        _decoderExport.Run(("z", _predicted));
        _lpipsExport.Run(("a", _image), ("b", _image));
    }

    [Benchmark]
    public SampleLoss Score() => _loss.Score(_predicted, _target, _image)[0];
}
