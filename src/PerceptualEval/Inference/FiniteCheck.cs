using Microsoft.ML.OnnxRuntime;

namespace PerceptualEval.Inference;

/// <summary>Tells which images are finite on the device where they are: one value per image comes to the host, not the images.</summary>
internal sealed class FiniteCheck : IDisposable
{
    /// <summary>The resource that holds its graph: <c>images [N,C,H,W]</c> → <c>zeros [N]</c>, sums of x − x, which are NaN where an image is not finite.</summary>
    public const string Graph = "finite.onnx";

    private readonly OrtSession _session;

    /// <summary>Loads the graph.</summary>
    /// <param name="device">Where the images are.</param>
    /// <exception cref="InferenceException">The runtime does not take the graph.</exception>
    public FiniteCheck(ExecutionDevice device) => _session = OrtSession.LoadOwn(Graph, device);

    /// <summary>Checks images.</summary>
    /// <param name="images">[N,C,H,W] on the device; stays the caller's.</param>
    /// <returns>N values: whether every pixel of that image is finite.</returns>
    /// <exception cref="InferenceException">The runtime failed.</exception>
    public bool[] Check(OrtValue images)
    {
        using var outputs = _session.Run([("images", images)], ["zeros"], toHost: true);
        return Array.ConvertAll(outputs[0].GetTensorDataAsSpan<float>().ToArray(), float.IsFinite);
    }

    public void Dispose() => _session.Dispose();
}
