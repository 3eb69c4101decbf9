using PerceptualEval.Cli.Datasets.Formats;

namespace PerceptualEval.Cli.Datasets;

/// <summary>Lists the files of a folder that belong to a dataset, without opening one.</summary>
internal static class FileListing
{
    // Hidden ones only: asking for more attributes costs a stat per file on Unix.
    private static readonly EnumerationOptions Recursive = new()
    {
        RecurseSubdirectories = true,
        IgnoreInaccessible = false,
        AttributesToSkip = FileAttributes.Hidden,
    };

    /// <summary>The files below a folder whose extension is known, in natural order of their ids. Hidden files and folders, and caches of text encoders, are skipped.</summary>
    /// <param name="input">The folder, and what its files hold.</param>
    /// <exception cref="DatasetException">The folder can't be read, has no such files, or two of them share an id.</exception>
    public static List<ListedFile> List(DatasetInput input)
    {
        var root = Path.TrimEndingDirectorySeparator(input.Path);
        var files = new List<ListedFile>();
        string? foreign = null;
        try
        {
            foreach (var path in Directory.EnumerateFiles(root, "*", Recursive))
            {
                var name = new CacheFileName(path, IdOf(path, root));
                if (FileExtensions.Belongs(path, input.Kind) && !LatentFormats.Skips(name))
                {
                    files.Add(new ListedFile(LatentFormats.Source(name).Image, path));
                }
                else
                {
                    foreign ??= path;
                }
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"{input} can't be listed: {exception.Message}", exception);
        }

        if (files.Count == 0)
        {
            var found = foreign is null ? "is empty" : $"holds other files only (such as '{foreign}')";
            throw new DatasetException($"{input} {found}; expected files that end in {string.Join(' ', FileExtensions.Of(input.Kind))}.");
        }

        Sort(files);
        if (TellApart(files, root))
        {
            Sort(files);
            RefuseSharedIds(files, input);
        }

        return files;
    }

    /// <summary>All files below a folder, of every kind, in the order of the file system. Hidden files and folders are skipped.</summary>
    /// <exception cref="DatasetException">While enumerating: the folder can't be read.</exception>
    public static IEnumerable<string> All(string root)
    {
        using var files = Directory.EnumerateFiles(root, "*", Recursive).GetEnumerator();
        while (true)
        {
            try
            {
                if (!files.MoveNext())
                {
                    yield break;
                }
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new DatasetException($"'{root}' can't be listed: {exception.Message}", exception);
            }

            yield return files.Current;
        }
    }

    /// <summary>A file's path within a folder, without extension, with forward slashes on every system.</summary>
    public static string IdOf(string path, string root)
    {
        var start = Path.EndsInDirectorySeparator(root) ? root.Length : root.Length + 1;
        var id = path[start..^Path.GetExtension(path.AsSpan()).Length];
        return Path.DirectorySeparatorChar == '/' ? id : id.Replace(Path.DirectorySeparatorChar, '/');
    }

    private static void Sort(List<ListedFile> files) => files.Sort((left, right) => NaturalOrder.Comparer.Compare(left.Id, right.Id));

    // Where a trainer cached an image in several sizes, the size belongs to the ids. Returns whether ids were shared.
    private static bool TellApart(List<ListedFile> sorted, string root)
    {
        var anyShared = false;
        for (var start = 0; start < sorted.Count;)
        {
            var end = start + 1;
            while (end < sorted.Count && sorted[end].Id == sorted[start].Id)
            {
                end++;
            }

            for (var i = start; i < end && end - start > 1; i++)
            {
                anyShared = true;
                var path = sorted[i].Path;
                sorted[i] = new ListedFile(LatentFormats.Source(new CacheFileName(path, IdOf(path, root))).Variant, path);
            }

            start = end;
        }

        return anyShared;
    }

    private static void RefuseSharedIds(List<ListedFile> sorted, DatasetInput input)
    {
        for (var i = 1; i < sorted.Count; i++)
        {
            if (sorted[i].Id == sorted[i - 1].Id)
            {
                var (first, second) = string.CompareOrdinal(sorted[i - 1].Path, sorted[i].Path) < 0 ? (sorted[i - 1], sorted[i]) : (sorted[i], sorted[i - 1]);
                throw new DatasetException($"{input}: '{first.Path}' and '{second.Path}' have the same id '{first.Id}'; "
                    + "ids are paths without extension. Rename or remove one, or name the files with --pairs.");
            }
        }
    }
}
