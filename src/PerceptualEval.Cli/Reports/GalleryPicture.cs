namespace PerceptualEval.Cli.Reports;

/// <summary>One picture of a sample.</summary>
/// <param name="Kind">What it shows.</param>
/// <param name="Checkpoint">Whose it is; null for what all checkpoints share.</param>
/// <param name="Image">The picture.</param>
internal sealed record GalleryPicture(PictureKind Kind, string? Checkpoint, EncodedPicture Image);
