using PerceptualEval.Cli.Images;

namespace PerceptualEval.Cli.Auditing.Sizes;

/// <summary>The size that a latent decodes to, and that of its image.</summary>
/// <param name="Decoded">The decoded size.</param>
/// <param name="Image">The image's size.</param>
/// <param name="Factor">Pixels per latent cell along each side.</param>
internal readonly record struct SizePair(ImageSize Decoded, ImageSize Image, int Factor)
{
    /// <summary>Whether the latent is of the whole image, but for a rest that is no whole cell.</summary>
    public bool IsExact => IsWithinACell(Decoded.Height, Image.Height) && IsWithinACell(Decoded.Width, Image.Width);

    /// <summary>By which factor the aspect ratios differ, at least 1.</summary>
    public double AspectChange => Change(Decoded.Height, Decoded.Width);

    /// <summary>The same with the decoded height and width exchanged.</summary>
    public double AspectChangeTurned => Change(Decoded.Width, Decoded.Height);

    private bool IsWithinACell(int decoded, int image) => Math.Abs(decoded - image) < Factor;

    private double Change(double height, double width)
    {
        var ratio = height * Image.Width / (width * Image.Height);
        return Math.Max(ratio, 1 / ratio);
    }
}
