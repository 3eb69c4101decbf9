using PerceptualEval.Cli.Datasets.Archives;

namespace PerceptualEval.Cli.Datasets.Files;

/// <summary>The files that one argument names: those of a folder, those of the archives in it, or those of one archive.</summary>
/// <param name="Input">The argument.</param>
/// <param name="Listed">Files on disk, in natural order of their ids.</param>
/// <param name="Archives">Archives, and what the ids of their files begin with.</param>
internal sealed record FileSet(DatasetInput Input, IReadOnlyList<DatasetFile> Listed, IReadOnlyList<(string IdPrefix, Archive Archive)> Archives)
{
    /// <summary>Whether all files are known: there are no archives.</summary>
    public bool IsListed => Archives.Count == 0;

    /// <summary>Whether some files are in memory one after the other only.</summary>
    public bool InOrderOnly => Archives.Any(item => item.Archive.InOrderOnly);

    /// <summary>All files; archives are read as far as files are asked for.</summary>
    /// <exception cref="DatasetException">While enumerating: an archive can't be read.</exception>
    public IEnumerable<DatasetFile> Files() => Listed.Concat(Archives.SelectMany(item => item.Archive.Files(Input.Kind, item.IdPrefix)));
}
