namespace PerceptualEval.Cli.Downloads;

/// <summary>How patient downloads are, and who gets the user's token.</summary>
internal sealed record DownloadOptions
{
    /// <summary>How long a server may be silent before the connection is given up; 30 s by default.</summary>
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How many tries in a row may fail without a single new byte; 5 by default, at least 1.</summary>
    public int Tries { get; init; } = 5;

    /// <summary>The wait before the second try; doubles from one try to the next. 1 s by default.</summary>
    public TimeSpan FirstWait { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait, also where a server asks for more; 30 s by default.</summary>
    public TimeSpan LongestWait { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The token that <see cref="GetsToken"/> addresses are sent as <c>Authorization: Bearer</c>; null for none.</summary>
    public string? Token { get; init; }

    /// <summary>Whether an address may see the token: by default Hugging Face's own, over TLS.</summary>
    public Func<Uri, bool> GetsToken { get; init; } = static url =>
        url.Scheme == Uri.UriSchemeHttps && (url.IdnHost == "huggingface.co" || url.IdnHost.EndsWith(".huggingface.co", StringComparison.Ordinal));
}
