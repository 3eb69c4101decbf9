namespace PerceptualEval.Cli.Reports;

/// <summary>What a gallery's picture shows.</summary>
internal enum PictureKind
{
    /// <summary>The decoded target latent.</summary>
    Target,

    /// <summary>The decoded predicted latent.</summary>
    Prediction,

    /// <summary>Where the two differ, as the perceptual network sees it.</summary>
    HeatMap,

    /// <summary>The image that the target was made from.</summary>
    Original,
}
