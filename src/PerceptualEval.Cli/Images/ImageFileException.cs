namespace PerceptualEval.Cli.Images;

/// <summary>An image file is missing, damaged, hostile, of a kind that is not read, or can't be written.</summary>
internal sealed class ImageFileException : Exception
{
    /// <summary>Creates the exception; the message begins with the file's path in quotes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What was found, what was expected and what to do, one line.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public ImageFileException(string path, string problem, Exception? innerException = null)
        : base($"'{path}': {problem}", innerException) => Path = path;

    /// <summary>The file that could not be read or written.</summary>
    public string Path { get; }
}
