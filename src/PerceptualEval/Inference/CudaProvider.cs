using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace PerceptualEval.Inference;

/// <summary>The runtime's CUDA execution provider.</summary>
internal static class CudaProvider
{
    /// <summary>Its name in the runtime.</summary>
    public const string Name = "CUDAExecutionProvider";

    /// <summary>Session options with the provider appended, which loads its libraries.</summary>
    /// <param name="device">The CUDA device's number.</param>
    /// <param name="precision">How precisely it computes.</param>
    /// <returns>The options, owned by the caller.</returns>
    /// <exception cref="OnnxRuntimeException">They can't be loaded.</exception>
    public static SessionOptions Options(int device, ComputePrecision precision = ComputePrecision.Float32)
    {
        var options = new SessionOptions();
        try
        {
            using var cuda = new OrtCUDAProviderOptions();
            cuda.UpdateOptions(Settings(device, precision));
            options.AppendExecutionProvider_CUDA(cuda);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    /// <summary>The provider's settings, by the runtime's names.</summary>
    /// <param name="device">The CUDA device's number.</param>
    /// <param name="precision">How precisely it computes.</param>
    public static Dictionary<string, string> Settings(int device, ComputePrecision precision) => new()
    {
        ["device_id"] = device.ToString(CultureInfo.InvariantCulture),
        // On in the runtime unless it is switched off: 10 bits of mantissa are not enough for 1e-6.
        ["use_tf32"] = precision == ComputePrecision.Float32 ? "0" : "1",
        // EXHAUSTIVE, the default, times every algorithm again for each new image size.
        ["cudnn_conv_algo_search"] = "HEURISTIC",
    };
}
