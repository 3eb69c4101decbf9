using Microsoft.ML.OnnxRuntime;
using PerceptualEval.Tensors;

namespace PerceptualEval.Inference;

/// <summary>
/// The LPIPS features of a batch of images, kept on the device where they were computed: computed once, compared as often as
/// needed. Dispose to free them.
/// </summary>
public sealed class PerceptualFeatures : IDisposable
{
    private readonly IReadOnlyList<TensorBuffer> _buffers;

    internal PerceptualFeatures(IReadOnlyList<OrtValue> values, TensorShape imageShape) => (Values, ImageShape, _buffers) = (values, imageShape, []);

    /// <summary>Features in the host's memory.</summary>
    /// <param name="buffers">One [N,C,h,w] per layer; owned by the features from here on.</param>
    /// <param name="imageShape">The shape of the images that they are of.</param>
    internal PerceptualFeatures(IReadOnlyList<TensorBuffer> buffers, TensorShape imageShape) =>
        (Values, ImageShape, _buffers) = ([.. buffers.Select(OrtSession.Wrap)], imageShape, buffers);

    /// <summary>The shape of the images that they are of: [N,3,H,W].</summary>
    public TensorShape ImageShape { get; }

    /// <summary>One value per layer, f0…fL; owned by this object.</summary>
    internal IReadOnlyList<OrtValue> Values { get; }

    /// <summary>Whether a layer has more values than a span can hold.</summary>
    internal bool IsBeyondSpans => Values.Any(value => value.GetTensorTypeAndShape().ElementCount > Array.MaxLength);

    /// <summary>Frees the features.</summary>
    public void Dispose()
    {
        foreach (var value in Values)
        {
            value.Dispose();
        }

        foreach (var buffer in _buffers)
        {
            buffer.Dispose();
        }
    }
}
