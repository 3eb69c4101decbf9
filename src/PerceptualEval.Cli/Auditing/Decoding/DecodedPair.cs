using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>What latents decode to, and their images at that size. Owns them.</summary>
/// <param name="Decoded">[N,3,H,W].</param>
/// <param name="Image">[N,3,H,W].</param>
internal sealed record DecodedPair(TensorBuffer Decoded, TensorBuffer Image) : IDisposable
{
    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Decoded.Dispose();
        Image.Dispose();
    }
}
