namespace PerceptualEval.Cli.Results;

/// <summary>Results can't be written where they were asked for. The message says where, why, and what to do.</summary>
internal sealed class OutputException : Exception
{
    // errno ENOSPC of Linux and macOS, and ERROR_DISK_FULL of Windows as an HRESULT: .NET has no exception type for a full disk.
    private const int UnixDiskFull = 28;
    private const int WindowsDiskFull = unchecked((int)0x80070070);

    /// <summary>Creates the exception; the message begins with the output in quotes.</summary>
    /// <param name="output">The file, as given, or "standard output".</param>
    /// <param name="problem">What is wrong and what to do about it.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public OutputException(string output, string problem, Exception? innerException = null)
        : base($"'{output}': {problem}", innerException)
    {
    }

    /// <summary>Whether it happened after the output had proved that it can be written: a fault while running, not a wrong argument.</summary>
    public bool IsWhileRunning { get; private init; }

    /// <summary>Whether an exception tells of the file system rather than of a mistake of ours.</summary>
    public static bool IsCause(Exception exception) => exception is IOException or UnauthorizedAccessException;

    /// <summary>Puts a failure of the file system into words.</summary>
    /// <param name="output">The file, as given, or "standard output".</param>
    /// <param name="cause">An exception for which <see cref="IsCause"/> holds.</param>
    /// <param name="whileRunning">Whether the output had already proved that it can be written.</param>
    public static OutputException Because(string output, Exception cause, bool whileRunning = false) =>
        new(output, Explain(output, cause), cause) { IsWhileRunning = whileRunning };

    private static string Explain(string output, Exception cause) => cause switch
    {
        _ when Directory.Exists(output) => "is a folder; results go to a file: add its name.",
        DirectoryNotFoundException or FileNotFoundException =>
            $"there is no folder '{Path.GetDirectoryName(Path.GetFullPath(output))}' to write to; create it or choose another.",
        UnauthorizedAccessException => "no permission to write here; choose another file or folder.",
        { HResult: UnixDiskFull or WindowsDiskFull } => "the disk is full; free some space or choose another place.",
        _ => $"can't be written ({cause.Message}); choose another file or folder.",
    };
}
