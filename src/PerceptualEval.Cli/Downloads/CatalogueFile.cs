namespace PerceptualEval.Cli.Downloads;

/// <summary>An official file: where it comes from, and what is publicly stated about its content.</summary>
internal sealed record CatalogueFile
{
    /// <summary>Who published it, for the manifest: repository and path.</summary>
    public required string Origin { get; init; }

    /// <summary>The licence of the weights (an SPDX name).</summary>
    public required string Licence { get; init; }

    /// <summary>Where to fetch it; null for a file that is only recognised.</summary>
    public Uri? Url { get; init; }

    /// <summary>Its length; null where that is not stated.</summary>
    public long? Bytes { get; init; }

    /// <summary>SHA-256 of its content, lower-case hexadecimal; null where none is stated.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The id that git gives its content (SHA-1 over a header and the content); null where none is stated.</summary>
    public string? GitBlob { get; init; }

    /// <summary>The page where its licence has to be accepted before it may be fetched; null for a free one.</summary>
    public Uri? Gate { get; init; }
}
