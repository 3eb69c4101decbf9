namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>The order of a stored latent's dimensions; one more before them is that of a batch.</summary>
internal enum LatentLayout
{
    /// <summary><c>[C,h,w]</c>.</summary>
    Image,

    /// <summary><c>[C,F,h,w]</c>; one frame reads as an image.</summary>
    ChannelsFirst,

    /// <summary><c>[F,C,h,w]</c>; one frame reads as an image.</summary>
    FramesFirst,

    /// <summary><c>[tokens,C]</c>, token by token in the order of frames, rows, columns.</summary>
    Tokens,

    /// <summary><c>[tokens,4C]</c>: every token holds 2x2 cells, in the order channel, row, column, as FLUX packs them.</summary>
    PatchTokens,
}
