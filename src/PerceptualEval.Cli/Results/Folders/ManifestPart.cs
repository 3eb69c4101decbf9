namespace PerceptualEval.Cli.Results.Folders;

/// <summary>One part of a results folder, as its manifest lists it.</summary>
/// <param name="File">Its name in the folder.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Sha256">The file's hash, in lower-case hex.</param>
internal sealed record ManifestPart(string File, long Rows, string Sha256);
