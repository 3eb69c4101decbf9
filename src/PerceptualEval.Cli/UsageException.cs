namespace PerceptualEval.Cli;

/// <summary>The command line asks for something that can't be: options that contradict each other, values out of range.</summary>
/// <param name="message">What was found, what is expected, what to do.</param>
internal sealed class UsageException(string message) : Exception(message);
