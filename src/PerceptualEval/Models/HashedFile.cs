namespace PerceptualEval.Models;

/// <summary>A file and the hash of its content.</summary>
/// <param name="File">The file's name, without its folder.</param>
/// <param name="Sha256">SHA-256 of the content, lower-case hexadecimal.</param>
public sealed record HashedFile(string File, string Sha256);
