using Microsoft.ML.OnnxRuntime;
using PerceptualEval.Tensors;

namespace PerceptualEval.Benchmarks;

/// <summary>What a user gets today: the public PyTorch model exported by torch.onnx, run on the same runtime.</summary>
internal sealed class TorchExport(string path) : IDisposable
{
    private readonly InferenceSession _session = new(path);
    private readonly RunOptions _options = new();

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
    }
}
