using System.Numerics.Tensors;
using PerceptualEval.Models;

namespace PerceptualEval.Inference;

/// <summary>
/// Converts images between [-1,1] and the range that a graph has them in (<see cref="ModelManifest.ImageRange"/>): graphs of this project
/// have [-1,1]; someone else's export may have [0,1] and says so in its manifest.
/// </summary>
internal static class ImageRange
{
    /// <summary>Whether a model's graphs have [-1,1].</summary>
    public static bool IsSigned(ModelManifest manifest) => manifest.ImageRange is [-1, 1];

    /// <summary>Converts what a graph gave to [-1,1], in place.</summary>
    public static void ToSigned(Span<float> images, ModelManifest manifest)
    {
        if (!IsSigned(manifest))
        {
            var (black, white) = ((float)manifest.ImageRange[0], (float)manifest.ImageRange[1]);
            var factor = 2 / (white - black);
            TensorPrimitives.Multiply(images, factor, images);
            TensorPrimitives.Add(images, -1 - (black * factor), images);
        }
    }

    /// <summary>Converts images in [-1,1] to what a graph takes, in place.</summary>
    public static void FromSigned(Span<float> images, ModelManifest manifest)
    {
        if (!IsSigned(manifest))
        {
            var (black, white) = ((float)manifest.ImageRange[0], (float)manifest.ImageRange[1]);
            TensorPrimitives.Multiply(images, (white - black) / 2, images);
            TensorPrimitives.Add(images, (white + black) / 2, images);
        }
    }
}
