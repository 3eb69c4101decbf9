namespace PerceptualEval.Cli.Auditing;

/// <summary>How a decoded latent compares with its image.</summary>
/// <param name="Distance">LPIPS of both; infinite where the decoded image is not finite.</param>
/// <param name="ImageHash">Hash of the image's pixels.</param>
/// <param name="ImageIsFlat">Whether the image is of one colour.</param>
/// <param name="LooksMirrored">Whether the thumbnails fit clearly better with one of them mirrored.</param>
/// <param name="Correlation">The correlation of the thumbnails; NaN where one is flat.</param>
internal sealed record DecodedSample(double Distance, UInt128 ImageHash, bool ImageIsFlat, bool LooksMirrored, double Correlation)
{
    /// <summary>Whether the distance is far from those of the rest.</summary>
    public bool IsOutlier { get; set; }

    /// <summary>Whether the latent's standard deviation is nearer to what the other units would give than to that of the rest.</summary>
    public bool LooksLikeOtherUnits { get; set; }

    /// <summary>Whether the closer look has found it to be no latent of its image.</summary>
    public bool IsWrong { get; set; }
}
