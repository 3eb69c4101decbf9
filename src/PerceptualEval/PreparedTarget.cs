using System.Runtime.InteropServices;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval;

/// <summary>
/// Target latents, decoded and with their features computed once, and those of the images of the third term where they were given, to
/// score any number of predictions against. Dispose to free them.
/// </summary>
public sealed class PreparedTarget : IDisposable
{
    internal PreparedTarget(TensorBuffer latents, bool[] finite) => (Latents, Finite) = (latents, finite);

    /// <summary>The shape of the target latents: [N,C,h,w], or [N,C,t,h,w] for a video decoder.</summary>
    public TensorShape Shape => Latents.Shape;

    /// <summary>A copy of the target latents, in the units as given.</summary>
    internal TensorBuffer Latents { get; }

    /// <summary>The features of decode(target); null for clips, and where the perceptual term is not computed.</summary>
    internal PerceptualFeatures? Features { get; set; }

    /// <summary>decode(target) of clips, [N,3,T,H,W]; null for images, and where the perceptual term is not computed.</summary>
    internal TensorBuffer? Video { get; set; }

    /// <summary>The features of the images of the third term; null for clips, and where none were given.</summary>
    internal PerceptualFeatures? ImageFeatures { get; set; }

    /// <summary>A copy of the videos of the third term, [N,3,T,H,W]; null for images, and where none were given.</summary>
    internal TensorBuffer? InputVideo { get; set; }

    /// <summary>Whether the third term has something to compare with.</summary>
    internal bool HasImages => ImageFeatures is not null || InputVideo is not null;

    /// <summary>Per sample, whether latents, decoded image and the image of the third term are finite.</summary>
    internal bool[] Finite { get; }

    /// <summary>Whether other latents are the same as these, bit by bit.</summary>
    internal bool HasLatents(TensorBuffer latents) =>
        latents.Shape == Latents.Shape && MemoryMarshal.AsBytes(latents.Span).SequenceEqual(MemoryMarshal.AsBytes(Latents.Span));

    /// <summary>Frees latents and features.</summary>
    public void Dispose()
    {
        Latents.Dispose();
        Features?.Dispose();
        Video?.Dispose();
        ImageFeatures?.Dispose();
        InputVideo?.Dispose();
    }
}
