using System.IO.Enumeration;

namespace PerceptualEval.Cli.Datasets.Files;

/// <summary>
/// The files below a folder. Hidden files and folders are left out, and links that lead back to where they lie, or above, are not
/// followed: one of them repeats every file forty times, two never end.
/// </summary>
internal static class FolderTree
{
    // Hidden ones only: asking for more attributes costs a stat per file on Unix.
    private static readonly EnumerationOptions Recursive = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = false,
        AttributesToSkip = FileAttributes.Hidden,
    };

    /// <summary>All files, in the order of the file system.</summary>
    /// <param name="root">The folder; the files' paths begin with it as it is given.</param>
    /// <exception cref="IOException">While enumerating: a folder can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">While enumerating: this user may not read a folder.</exception>
    public static IEnumerable<string> Files(string root)
    {
        var top = Path.GetFullPath(root);
        return new FileSystemEnumerable<string>(root, (ref FileSystemEntry entry) => entry.ToSpecifiedFullPath(), Recursive)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.IsDirectory,
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.Attributes.HasFlag(FileAttributes.ReparsePoint) || !LeadsBack(entry.ToFullPath(), top),
        };
    }

    // Whether a link leads to one of the folders on the way to it, or to one above those.
    private static bool LeadsBack(string link, string top)
    {
        var target = Real(link);
        for (var folder = Path.GetDirectoryName(link); folder is not null && folder.Length >= top.Length; folder = Path.GetDirectoryName(folder))
        {
            if (Path.GetRelativePath(target, Real(folder)).Split(Path.DirectorySeparatorChar)[0] != "..")
            {
                return true;
            }
        }

        return false;
    }

    // Where a path leads. .NET follows the links of a path's last part only.
    private static string Real(string path)
    {
        if (Path.GetDirectoryName(path) is not { } parent)
        {
            return path;
        }

        var place = Path.Combine(Real(parent), Path.GetFileName(path));
        return Directory.ResolveLinkTarget(place, returnFinalTarget: false) is { } target ? Real(target.FullName) : place;
    }
}
