using System.Text.RegularExpressions;
using PerceptualEval.Cli.Datasets.Archives;
using PerceptualEval.Cli.Datasets.Formats;

namespace PerceptualEval.Cli.Datasets.Files;

/// <summary>Lists the files of a folder that belong to a dataset, without opening one.</summary>
internal static partial class FileListing
{
    /// <summary>
    /// The files and archives below a folder whose extension is known, in natural order of their ids. Hidden files and folders are
    /// skipped, and so are caches of text encoders; a set of safetensors shards counts as the one file that its index makes of it.
    /// </summary>
    /// <param name="input">The folder, and what its files hold.</param>
    /// <exception cref="DatasetException">The folder can't be read, has no such files, or two of them share an id.</exception>
    public static FileSet List(DatasetInput input)
    {
        var root = Path.TrimEndingDirectorySeparator(input.Path);
        var prefix = Path.EndsInDirectorySeparator(root) ? root : root + Path.DirectorySeparatorChar;
        var files = new List<DatasetFile>();
        var archives = new List<(string IdPrefix, Archive Archive)>();
        string? foreign = null;
        try
        {
            foreach (var path in FolderTree.Files(root))
            {
                var name = NameOf(path, prefix);
                var cache = new CacheFileName(path, FileExtensions.Strip(name));
                if (Archive.At(path) is { } archive)
                {
                    archives.Add((archive.IdPrefix(name), archive));
                }
                else if (FileExtensions.Belongs(path, input.Kind) && !LatentFormats.Skips(cache))
                {
                    files.Add(new FileOnDisk(LatentFormats.Source(cache).Image, prefix, name));
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

        if (files.Count + archives.Count == 0)
        {
            var found = foreign is null ? "is empty" : $"holds other files only (such as '{foreign}')";
            throw new DatasetException($"{input} {found}; expected files that end in {string.Join(' ', FileExtensions.Of(input.Kind).Concat(Archive.Extensions))}.");
        }

        RemoveParts(files, archives);
        archives.Sort((left, right) => NaturalOrder.Comparer.Compare(left.IdPrefix, right.IdPrefix));
        Sort(files);
        if (TellApart(files, prefix))
        {
            Sort(files);
            RefuseSharedIds(files, input);
        }

        return new FileSet(input, files, archives);
    }

    /// <summary>All files below a folder, of every kind, in the order of the file system. Hidden files and folders are skipped.</summary>
    /// <exception cref="DatasetException">While enumerating: the folder can't be read.</exception>
    public static IEnumerable<string> All(string root)
    {
        using var files = FolderTree.Files(root).GetEnumerator();
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

    /// <summary>Whether a path is that of a shard of a safetensors set: by its name, and the index beside it.</summary>
    public static bool IsShard(string path) =>
        ShardNumber().Match(FileExtensions.Strip(path)) is { Success: true } number && File.Exists(path[..number.Index] + FileExtensions.ShardIndex);

    private static string NameOf(string path, string prefix)
    {
        var name = path[prefix.Length..];
        return Path.DirectorySeparatorChar == '/' ? name : name.Replace(Path.DirectorySeparatorChar, '/');
    }

    private static void Sort(List<DatasetFile> files) => files.Sort((left, right) => NaturalOrder.Comparer.Compare(left.Id, right.Id));

    // Where a trainer cached an image in several sizes, the size belongs to the ids. Returns whether ids were shared.
    private static bool TellApart(List<DatasetFile> sorted, string prefix)
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
                var name = NameOf(path, prefix);
                sorted[i] = new FileOnDisk(LatentFormats.Source(new CacheFileName(path, FileExtensions.Strip(name))).Variant, prefix, name);
            }

            start = end;
        }

        return anyShared;
    }

    // Files that are parts of something else: the shards of a safetensors set that has an index, and those of a cache.
    private static void RemoveParts(List<DatasetFile> files, List<(string IdPrefix, Archive Archive)> archives)
    {
        files.RemoveAll(file => archives.Exists(item => item.Archive.Owns(file.Id, item.IdPrefix)));
        var sets = files.Where(file => FileExtensions.IsShardIndex(file.Path)).Select(file => file.Id).ToHashSet(StringComparer.Ordinal);
        if (sets.Count > 0)
        {
            files.RemoveAll(file => !sets.Contains(file.Id) && ShardNumber().Match(file.Id) is { Success: true } number && sets.Contains(file.Id[..number.Index]));
        }
    }

    [GeneratedRegex("-[0-9]{5}-of-[0-9]{5}$")]
    private static partial Regex ShardNumber();

    private static void RefuseSharedIds(List<DatasetFile> sorted, DatasetInput input)
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
