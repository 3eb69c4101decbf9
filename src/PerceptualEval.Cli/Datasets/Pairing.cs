using PerceptualEval.Cli.Datasets.Formats;

namespace PerceptualEval.Cli.Datasets;

/// <summary>Finds which files belong together: single files with each other, the files of folders by their relative path without extension.</summary>
internal static class Pairing
{
    /// <summary>Pairs the files of all inputs without opening one.</summary>
    /// <param name="inputs">Files, or folders; the first gives single files their id and all groups their order.</param>
    /// <param name="leftOut">Receives the files of folders that have no partner.</param>
    /// <returns>At least one group.</returns>
    /// <exception cref="DatasetException">An input is missing, empty or ambiguous, files and folders are mixed, or nothing pairs.</exception>
    public static IReadOnlyList<FileGroup> Pair(IReadOnlyList<DatasetInput> inputs, LeftOut leftOut)
    {
        var folder = inputs.FirstOrDefault(IsFolder);
        var file = inputs.FirstOrDefault(input => !IsFolder(input));
        if (folder is not null && file is not null)
        {
            throw new DatasetException($"{file} is a file, {folder} a folder; files pair with files and folders with folders. Give only one of the two.");
        }

        if (folder is not null)
        {
            return PairFolders(inputs, leftOut);
        }

        var first = inputs[0].Path;
        var id = LatentFormats.Source(new CacheFileName(first, Path.GetFileNameWithoutExtension(first))).Image;
        return [new FileGroup(id, [.. inputs.Select(input => input.Path)])];
    }

    private static bool IsFolder(DatasetInput input)
    {
        if (Directory.Exists(input.Path))
        {
            return true;
        }

        return File.Exists(input.Path) ? false : throw new DatasetException($"{input}: there is no such file or folder.");
    }

    private static List<FileGroup> PairFolders(IReadOnlyList<DatasetInput> inputs, LeftOut leftOut)
    {
        var listings = inputs.Select(FileListing.List).ToArray();
        var unmatched = listings.Select(files => files.ToDictionary(file => file.Id, file => file.Path, StringComparer.Ordinal)).ToArray();
        var groups = new List<FileGroup>(listings[0].Count);
        foreach (var first in listings[0])
        {
            var paths = new string[inputs.Count];
            paths[0] = first.Path;
            var complete = true;
            for (var other = 1; other < inputs.Count; other++)
            {
                if (unmatched[other].Remove(first.Id, out var path))
                {
                    paths[other] = path;
                }
                else
                {
                    leftOut.Add(LeftOut.NoPartner(inputs[0], inputs[other]), first.Id);
                    complete = false;
                }
            }

            if (complete)
            {
                groups.Add(new FileGroup(first.Id, paths));
            }
        }

        for (var other = 1; other < inputs.Count; other++)
        {
            foreach (var file in listings[other].Where(file => unmatched[other].ContainsKey(file.Id)))
            {
                leftOut.Add(LeftOut.NoPartner(inputs[other], inputs[0]), file.Id);
            }
        }

        return groups.Count > 0
            ? groups
            : throw new DatasetException($"nothing pairs: {leftOut}. Files pair by their path within the folder, without extension.");
    }
}
