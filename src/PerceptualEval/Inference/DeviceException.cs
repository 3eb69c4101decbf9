namespace PerceptualEval.Inference;

/// <summary>The device asked for can't be used: the build or the machine lacks something. The message says what, and how to get it.</summary>
/// <param name="message">What is missing and how to get it.</param>
/// <param name="innerException">The runtime's exception, where there is one.</param>
public sealed class DeviceException(string message, Exception? innerException = null) : Exception(message, innerException);
