namespace PerceptualEval.Models;

/// <summary>A graph that was checked against its manifest.</summary>
/// <param name="Path">The ONNX file.</param>
/// <param name="Identity">What tells its content, weights in a file of their own included, from every other graph's.</param>
/// <param name="Bytes">The length of its files.</param>
internal readonly record struct GraphFile(string Path, string Identity, long Bytes);
