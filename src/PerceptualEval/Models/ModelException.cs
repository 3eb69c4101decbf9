namespace PerceptualEval.Models;

/// <summary>A model is unknown, incomplete, altered, or not what its manifest says; or a checkpoint can't be built into one.</summary>
/// <param name="message">What was found, where, what was expected, what to do.</param>
/// <param name="innerException">The cause, where there is one.</param>
public sealed class ModelException(string message, Exception? innerException = null) : Exception(message, innerException);
