using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>A latent as stored, what it decodes to, and its image at that size. Owns them.</summary>
/// <param name="Latent">[1,C,h,w].</param>
/// <param name="Decoded">[1,3,H,W].</param>
/// <param name="Image">[1,3,H,W].</param>
internal sealed record DecodedPair(TensorBuffer Latent, TensorBuffer Decoded, TensorBuffer Image) : IDisposable
{
    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        Latent.Dispose();
        Decoded.Dispose();
        Image.Dispose();
    }
}
