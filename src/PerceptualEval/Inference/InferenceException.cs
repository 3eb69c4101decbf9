namespace PerceptualEval.Inference;

/// <summary>ONNX Runtime failed while a graph was loaded or run. The message says which graph and carries the runtime's own words.</summary>
/// <param name="message">What failed, where, and what to try.</param>
/// <param name="innerException">The runtime's exception.</param>
public sealed class InferenceException(string message, Exception? innerException = null) : Exception(message, innerException);
