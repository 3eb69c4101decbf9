using System.Globalization;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>How many tokens of a packed latent lie along each side.</summary>
/// <param name="Frames">Latent frames; 1 for an image.</param>
/// <param name="Height">Rows of tokens.</param>
/// <param name="Width">Tokens in a row.</param>
internal readonly record struct TokenGrid(long Frames, long Height, long Width)
{
    /// <summary>All tokens.</summary>
    public Int128 Count => (Int128)Frames * Height * Width;

    /// <summary>The sides, for messages.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Frames}x{Height}x{Width}");
}
