namespace PerceptualEval.Cli.Datasets;

/// <summary>A file of a folder.</summary>
/// <param name="Id">Its path within the folder, without extension, with forward slashes on every system.</param>
/// <param name="Path">Where it lies.</param>
internal readonly record struct ListedFile(string Id, string Path);
