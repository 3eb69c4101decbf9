using Microsoft.ML.OnnxRuntime;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference;

/// <summary>Decoded images on the device where they were computed. Dispose to free them.</summary>
/// <param name="outputs">The graph's outputs, of which the images are the first; owned by this object from here on.</param>
/// <param name="shape">[N,3,H,W].</param>
internal sealed class DeviceImages(IDisposableReadOnlyCollection<OrtValue> outputs, TensorShape shape) : IDisposable
{
    /// <summary>The images, in [-1,1]; owned by this object.</summary>
    public OrtValue Images => outputs[0];

    /// <summary>[N,3,H,W].</summary>
    public TensorShape Shape { get; } = shape;

    /// <summary>Frees the images.</summary>
    public void Dispose() => outputs.Dispose();
}
