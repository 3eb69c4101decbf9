using PerceptualEval.Cli.Datasets.Files;

namespace PerceptualEval.Cli.Datasets.Archives;

/// <summary>Files within a file. It is read as the folder that it would unpack to, but nothing is unpacked to disk.</summary>
/// <param name="path">The archive.</param>
internal abstract class Archive(string path)
{
    /// <summary>The extensions of archives, for messages.</summary>
    public static IReadOnlyList<string> Extensions { get; } = [".tar", ".tar.gz", ".tgz", ".parquet"];

    /// <summary>The archive.</summary>
    public string Path { get; } = path;

    /// <summary>Whether it can be read from front to back only, so that its files are in memory one after the other.</summary>
    public abstract bool InOrderOnly { get; }

    /// <summary>The archive at a path; null where the path is not that of one. It is told by its name and not opened.</summary>
    public static Archive? At(string path) =>
        Ends(path, ".tar") ? new TarArchive(path, compressed: false)
        : Ends(path, ".tar.gz") || Ends(path, ".tgz") ? new TarArchive(path, compressed: true)
        : Ends(path, ".parquet") ? new ParquetTable(path)
        : DiffusionPipeCache.IsAt(path) ? new DiffusionPipeCache(path)
        : null;

    /// <summary>What the ids of its files begin with where it lies in a folder.</summary>
    /// <param name="name">Its path within the folder, with forward slashes.</param>
    public virtual string IdPrefix(string name) => $"{name[..^(Ends(name, ".tar.gz") ? ".tar.gz".Length : System.IO.Path.GetExtension(name).Length)]}/";

    /// <summary>Whether a file of the same folder is a part of it, and no file of its own.</summary>
    /// <param name="id">The file's id.</param>
    /// <param name="idPrefix">What <see cref="IdPrefix"/> says.</param>
    public virtual bool Owns(string id, string idPrefix) => false;

    /// <summary>The files that belong to a dataset, in the order of the archive; it is read as far as files are asked for.</summary>
    /// <param name="kind">What its files hold.</param>
    /// <param name="idPrefix">What their ids begin with: nothing, or the archive's place in a folder with a slash.</param>
    /// <exception cref="DatasetException">While enumerating: the archive can't be read, is damaged, or names files that it must not.</exception>
    public abstract IEnumerable<DatasetFile> Files(SourceKind kind, string idPrefix);

    private static bool Ends(string path, string extension) => path.EndsWith(extension, StringComparison.OrdinalIgnoreCase);
}
