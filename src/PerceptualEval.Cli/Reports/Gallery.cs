namespace PerceptualEval.Cli.Reports;

/// <summary>The samples worth looking at, with their pictures.</summary>
/// <param name="Groups">The best, the worst and so on.</param>
/// <param name="Pictures">The pictures of a sample, by id; a sample without has none here.</param>
/// <param name="Note">Why pictures are missing; null where none are.</param>
/// <param name="HeatMapEnd">The distance that the brightest colour of every heat map stands for; null where there are no heat maps.</param>
internal sealed record Gallery(
    IReadOnlyList<GalleryGroup> Groups, IReadOnlyDictionary<string, IReadOnlyList<GalleryPicture>> Pictures, string? Note, double? HeatMapEnd)
{
    /// <summary>No samples at all.</summary>
    public static Gallery None { get; } = new([], new Dictionary<string, IReadOnlyList<GalleryPicture>>(), null, null);

    /// <summary>Groups whose pictures can't be shown.</summary>
    /// <param name="groups">The groups.</param>
    /// <param name="note">Why.</param>
    public static Gallery WithoutPictures(IReadOnlyList<GalleryGroup> groups, string note) => None with { Groups = groups, Note = note };
}
