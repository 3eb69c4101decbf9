using Microsoft.ML.OnnxRuntime;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>What a user gets today: the public PyTorch model exported by torch.onnx, run on the same runtime.</summary>
/// <remarks>With as many threads as ours: the runtime's own default may be fewer, where virtual cores look like two threads of one.</remarks>
internal sealed class TorchExport : IDisposable
{
    private readonly SessionOptions _sessionOptions = new() { IntraOpNumThreads = BenchmarkModels.Threads };
    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();

    public TorchExport(string path) => _session = new InferenceSession(path, _sessionOptions);

    public void Run(params ReadOnlySpan<(string Name, TensorBuffer Tensor)> inputs)
    {
        var values = new Dictionary<string, OrtValue>();
        try
        {
            foreach (var (name, tensor) in inputs)
            {
                values[name] = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, tensor.Memory, tensor.Shape.ToArray());
            }

            _session.Run(_options, values, _session.OutputNames).Dispose();
        }
        finally
        {
            foreach (var value in values.Values)
            {
                value.Dispose();
            }
        }
    }

    public void Dispose()
    {
        _options.Dispose();
        _session.Dispose();
        _sessionOptions.Dispose();
    }
}
