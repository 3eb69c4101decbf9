namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>A file's name, which is all that a folder's listing knows of it.</summary>
/// <param name="Path">Where the file lies.</param>
/// <param name="Id">Its path within the dataset's folder, without extension, with forward slashes on every system.</param>
internal readonly record struct CacheFileName(string Path, string Id)
{
    /// <summary>The file's own name, without extension.</summary>
    public ReadOnlySpan<char> Name => Id.AsSpan(Id.LastIndexOf('/') + 1);

    /// <summary>The name of the folder that the file lies in.</summary>
    public ReadOnlySpan<char> FolderName => System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(Path.AsSpan()));

    /// <summary>Whether the file has an extension, in upper or lower case.</summary>
    /// <param name="extension">The extension, with its dot.</param>
    public bool Has(string extension) => Path.EndsWith(extension, StringComparison.OrdinalIgnoreCase);
}
