using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval;

/// <summary>Target latents, decoded and with their features computed once, to score any number of predictions against. Dispose to free them.</summary>
public sealed class PreparedTarget : IDisposable
{
    internal PreparedTarget(TensorBuffer latents, PerceptualFeatures? features, TensorBuffer? video, bool[] finite) =>
        (Latents, Features, Video, Finite) = (latents, features, video, finite);

    /// <summary>The shape of the target latents: [N,C,h,w], or [N,C,t,h,w] for a video decoder.</summary>
    public TensorShape Shape => Latents.Shape;

    /// <summary>A copy of the target latents, in the units as given.</summary>
    internal TensorBuffer Latents { get; }

    /// <summary>The features of decode(target); null for clips, and where the perceptual term is not computed.</summary>
    internal PerceptualFeatures? Features { get; }

    /// <summary>decode(target) of clips, [N,3,T,H,W]; null for images, and where the perceptual term is not computed.</summary>
    internal TensorBuffer? Video { get; }

    /// <summary>Per sample, whether latents and decoded image are finite.</summary>
    internal bool[] Finite { get; }

    /// <summary>Frees latents and features.</summary>
    public void Dispose()
    {
        Latents.Dispose();
        Features?.Dispose();
        Video?.Dispose();
    }
}
