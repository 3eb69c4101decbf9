using Microsoft.ML.OnnxRuntime;

namespace PerceptualEval.Inference;

/// <summary>What the ONNX Runtime in this process is and can do.</summary>
public static class InferenceRuntime
{
    /// <summary>Name and version, for example <c>onnxruntime 1.31.1</c>.</summary>
    public static string Version => $"onnxruntime {OrtEnv.Instance().GetVersionString()}";

    /// <summary>The execution providers that this build of the runtime has, by the runtime's names.</summary>
    public static IReadOnlyList<string> Providers => OrtEnv.Instance().GetAvailableProviders();

    /// <summary>Tries to start CUDA.</summary>
    /// <param name="device">The CUDA device's number.</param>
    /// <returns>Null where it works, else one line: what is missing.</returns>
    public static string? CudaProblem(int device = 0)
    {
        if (!Providers.Contains(CudaProvider.Name))
        {
            return $"this build has the CPU runtime only ({CudaProvider.Name} is not in it); build with -p:Gpu=true";
        }

        try
        {
            using var options = CudaProvider.Options(device);
            return null;
        }
        catch (OnnxRuntimeException exception)
        {
            return RuntimeMessage.OneLine(exception);
        }
    }
}
