namespace PerceptualEval.Cli.Datasets;

/// <summary>The arguments or the files behind them don't make a dataset (exit code 2). The message says what was found, where, what was expected and what to do.</summary>
internal sealed class DatasetException(string message, Exception? innerException = null) : Exception(message, innerException);
