namespace PerceptualEval.Inference;

/// <summary>A plugin execution provider of ONNX Runtime: a library that runs graphs on hardware that the runtime itself does not know.</summary>
/// <param name="Path">The library's file.</param>
/// <param name="Provider">The name of one of its providers; null where it has only one.</param>
public sealed record ProviderLibrary(string Path, string? Provider = null);
