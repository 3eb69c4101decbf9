using Microsoft.ML.OnnxRuntime;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference;

/// <summary>Decoded images on the device where they were computed. Dispose to free them.</summary>
/// <param name="outputs">The graph's outputs, of which the images are the first; owned by this object from here on.</param>
/// <param name="shape">[N,3,H,W].</param>
/// <param name="finite">N values: whether every pixel of that image is finite.</param>
internal sealed class DeviceImages(IDisposableReadOnlyCollection<OrtValue> outputs, TensorShape shape, bool[] finite) : IDisposable
{
    /// <summary>The images, in [-1,1]; owned by this object.</summary>
    public OrtValue Value => outputs[0];

    /// <summary>[N,3,H,W].</summary>
    public TensorShape Shape { get; } = shape;

    /// <summary>Whether each image is finite.</summary>
    public bool[] Finite { get; } = finite;

    /// <summary>Frees the images.</summary>
    public void Dispose() => outputs.Dispose();
}
