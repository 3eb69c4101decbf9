namespace PerceptualEval.TensorFiles;

/// <summary>A tensor file is missing, damaged, hostile or of a kind that is not read. The message says what was found, where, and what was expected.</summary>
public sealed class TensorFileException : Exception
{
    /// <summary>Creates the exception; the message begins with the file's path in quotes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What was found and what was expected, one line without a final stop needed.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public TensorFileException(string path, string problem, Exception? innerException = null)
        : base($"'{path}': {problem}", innerException) => Path = path;

    /// <summary>The file that could not be read.</summary>
    public string Path { get; }
}
