namespace PerceptualEval.Cli.Reports;

/// <summary>What a gallery's picture shows.</summary>
internal enum PictureKind
{
    /// <summary>The decoded target latent.</summary>
    Target,

    /// <summary>The decoded predicted latent.</summary>
    Prediction,

    /// <summary>What a latent that should reproduce an image decodes to.</summary>
    Decoded,

    /// <summary>Where prediction and target, or decoded and original image, differ, as the perceptual network sees it.</summary>
    HeatMap,

    /// <summary>The image that the target was made from.</summary>
    Original,
}
