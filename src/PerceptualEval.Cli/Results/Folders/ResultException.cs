namespace PerceptualEval.Cli.Results.Folders;

/// <summary>Results of an earlier run can't be read, or are not those that were expected. The message says where, what, and what to do.</summary>
/// <param name="path">The folder or file, as given.</param>
/// <param name="problem">What is wrong and what to do about it.</param>
/// <param name="innerException">The cause, where there is one.</param>
internal sealed class ResultException(string path, string problem, Exception? innerException = null)
    : Exception($"'{path}': {problem}", innerException);
