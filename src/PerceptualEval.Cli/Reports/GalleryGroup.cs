namespace PerceptualEval.Cli.Reports;

/// <summary>Samples that are worth looking at for one reason.</summary>
/// <param name="Title">The reason in a word or two.</param>
/// <param name="Meaning">The reason in a sentence.</param>
/// <param name="Ids">The samples, most remarkable first.</param>
internal sealed record GalleryGroup(string Title, string Meaning, IReadOnlyList<string> Ids);
