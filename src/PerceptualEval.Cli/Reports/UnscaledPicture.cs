namespace PerceptualEval.Cli.Reports;

/// <summary>A picture of a sample, before the scale of the page's heat maps is known.</summary>
/// <param name="Kind">What it shows.</param>
/// <param name="Checkpoint">Whose it is; null for what all checkpoints share.</param>
/// <param name="Image">The picture; null for a heat map.</param>
/// <param name="Map">The distances of a heat map; null for the others.</param>
internal sealed record UnscaledPicture(PictureKind Kind, string? Checkpoint, EncodedPicture? Image, SpatialMap? Map)
{
    /// <summary>The picture for the page.</summary>
    /// <param name="end">The distance that the brightest colour of heat maps stands for.</param>
    /// <param name="mostBytes">How many bytes a heat map should not exceed.</param>
    public GalleryPicture Scaled(double end, int mostBytes) => new(Kind, Checkpoint, Image ?? EncodedPicture.OfMap(Map!.Values, Map.Size, end, mostBytes));
}
