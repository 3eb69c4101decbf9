namespace PerceptualEval.Cli.Downloads;

/// <summary>A file could not be fetched, or is not the one that was expected.</summary>
internal sealed class DownloadException : Exception
{
    /// <summary>Creates the exception; the message begins with the address in quotes.</summary>
    /// <param name="url">Where the file should have come from.</param>
    /// <param name="problem">What is wrong and what to do about it.</param>
    /// <param name="innerException">The cause, where there is one.</param>
    public DownloadException(Uri url, string problem, Exception? innerException = null) : base($"'{url}': {problem}", innerException) =>
        Problem = problem;

    /// <summary>The message without the address.</summary>
    public string Problem { get; }

    /// <summary>Whether the server wants a permission that the user has to get first: bad input rather than a fault.</summary>
    public bool IsRefused { get; init; }

    /// <summary>Whether no server was reached at all: there is no network.</summary>
    public bool IsOffline { get; init; }

    /// <summary>Whether another try may succeed.</summary>
    public bool IsPassing { get; init; }

    /// <summary>How long the server asks to wait before another try.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
