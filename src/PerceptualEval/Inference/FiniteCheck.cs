using Microsoft.ML.OnnxRuntime;

namespace PerceptualEval.Inference;

/// <summary>Tells which images are finite on the device where they are: one value per image comes to the host, not the images.</summary>
/// <param name="device">Where the images are: a CUDA device, or the CPU.</param>
internal sealed class FiniteCheck(ExecutionDevice device) : IDisposable
{
    /// <summary>The resource that holds its graph: <c>images [N,C,H,W]</c> → <c>zeros [N]</c>, sums of x − x, which are NaN where an image is not finite.</summary>
    public const string Graph = "finite.onnx";

    private readonly Lock _loading = new();
    private OrtSession? _session;

    /// <summary>Checks images. Safe for concurrent use.</summary>
    /// <param name="images">[N,C,H,W] on the device; stays the caller's.</param>
    /// <returns>N values: whether every pixel of that image is finite.</returns>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public bool[] Check(OrtValue images)
    {
        using var outputs = Session().Run([("images", images)], ["zeros"], toHost: true);
        return Array.ConvertAll(outputs[0].GetTensorDataAsSpan<float>().ToArray(), float.IsFinite);
    }

    public void Dispose() => _session?.Dispose();

    // Not a Lazy: where memory ran out, the next smaller batch may try again.
    private OrtSession Session()
    {
        lock (_loading)
        {
            return _session ??= OrtSession.LoadOwn(Graph, device);
        }
    }
}
