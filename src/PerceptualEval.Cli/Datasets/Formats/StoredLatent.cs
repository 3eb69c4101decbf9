using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>A tensor of latents in a file, and how to read it.</summary>
/// <param name="Entry">The tensor.</param>
/// <param name="Key">What tells it from the file's other latents and pairs it with those of other files: empty for the main one, <c>flipped</c>, <c>64x64</c>.</param>
/// <param name="Layout">The order of its dimensions, without that of a batch.</param>
/// <param name="Units">Its units, and how they are known.</param>
internal sealed record StoredLatent(TensorEntry Entry, string Key, LatentLayout Layout, UnitStatement Units)
{
    /// <summary>The key of a latent that was encoded from the mirrored image, as the key or its end.</summary>
    public const string Flipped = "flipped";

    /// <summary>What the second half of the channels holds.</summary>
    public PosteriorForm Posterior { get; init; }

    /// <summary>What the stored values have to be multiplied with to be in <see cref="Units"/>.</summary>
    public float Factor { get; init; } = 1;

    /// <summary>The tokens' places; null unless <see cref="Layout"/> is one of tokens.</summary>
    public TokenGrid? Grid { get; init; }

    /// <summary>Whether it is a further view of the image that other files need not have.</summary>
    public bool IsFlipped => Key.EndsWith(Flipped, StringComparison.Ordinal);
}
