namespace PerceptualEval.Cli.Datasets;

/// <summary>A file of a folder.</summary>
/// <param name="Id">Its path within the folder, without extension, with forward slashes on every system; of a trainer's cache, that of the image it was made from.</param>
/// <param name="Path">Where it lies.</param>
internal readonly record struct ListedFile(string Id, string Path);
