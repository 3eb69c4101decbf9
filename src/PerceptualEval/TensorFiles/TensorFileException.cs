namespace PerceptualEval.TensorFiles;

/// <summary>A tensor file is missing, damaged, hostile or of a kind that is not read. The message says what was found, where, and what was expected.</summary>
public sealed class TensorFileException : Exception
{
    /// <summary>Creates the exception; the message begins with the file's path in quotes.</summary>
    /// <param name="path">The file.</param>
    /// <param name="problem">What was found and what was expected, one line without a final stop needed; control characters are replaced and excess length is cut.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public TensorFileException(string path, string problem, Exception? innerException = null)
        : base($"'{path}': {OneLine(problem)}", innerException) => Path = path;

    /// <summary>The file that could not be read.</summary>
    public string Path { get; }

    // A problem quotes names out of files, which may hold anything: no line breaks, no terminal sequences, no megabytes.
    private static string OneLine(string problem)
    {
        const int MaxLength = 1000;
        var text = problem.Length <= MaxLength ? problem : $"{problem.AsSpan(0, MaxLength)}…";
        return string.Create(text.Length, text, static (line, source) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' ? '?' : source[i];
            }
        });
    }
}
