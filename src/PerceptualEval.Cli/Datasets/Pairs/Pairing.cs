using PerceptualEval.Cli.Datasets.Archives;
using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.Cli.Datasets.Formats;

namespace PerceptualEval.Cli.Datasets.Pairs;

/// <summary>
/// Finds which files belong together: single files with each other, the files of folders and archives by their relative path without
/// extension.
/// </summary>
internal static class Pairing
{
    /// <summary>Pairs the files of all inputs without opening a tensor file. Folders are paired now, archives when the groups are enumerated.</summary>
    /// <param name="inputs">
    /// Files, or folders and archives. The first gives single files their id and all groups their order, unless another one can be
    /// read from front to back only: then that one does.
    /// </param>
    /// <param name="leftOut">Receives the files of folders that have no partner.</param>
    /// <returns>The groups; at least one, or archives.</returns>
    /// <exception cref="DatasetException">An input is missing, empty or ambiguous, files and folders are mixed, or nothing pairs.</exception>
    public static FileGroups Pair(IReadOnlyList<DatasetInput> inputs, LeftOut leftOut)
    {
        // Listing a folder waits for the disk and sorts: all at the same time, the first error in the order of the inputs.
        var opening = inputs.Select(input => Task.Run(() => OpenSet(input))).ToArray();
        var sets = Array.ConvertAll(opening, task => task.GetAwaiter().GetResult());
        var folder = Array.FindIndex(sets, set => set is not null);
        var file = Array.IndexOf(sets, null);
        if (folder >= 0 && file >= 0)
        {
            throw new DatasetException($"{inputs[file]} is a file, {inputs[folder]} {(Directory.Exists(inputs[folder].Path) ? "a folder" : "an archive")}; "
                + "files pair with files, folders and archives with each other. Give only one of the two.");
        }

        if (folder < 0)
        {
            var first = inputs[0].Path;
            var id = LatentFormats.Source(new CacheFileName(first, FileExtensions.Strip(Path.GetFileName(first)))).Image;
            return new FileGroups([new FileGroup(id, [.. inputs.Select(input => new FileOnDisk(id, input.Path))])], areNamed: true);
        }

        return PairSets(Array.ConvertAll(sets, set => set!), leftOut);
    }

    private static FileGroups PairSets(FileSet[] sets, LeftOut leftOut)
    {
        if (sets.Any(set => !set.IsListed))
        {
            return new FileGroups(missing => Join(sets, missing), sets.Any(set => set.InOrderOnly));
        }

        var groups = Join(sets, leftOut).ToList();
        return groups.Count > 0
            ? new FileGroups(groups)
            : throw new DatasetException($"nothing pairs: {leftOut}. Files pair by their path within the folder, without extension.");
    }

    private static FileSet? OpenSet(DatasetInput input) =>
        Directory.Exists(input.Path) ? FileListing.List(input)
        : !File.Exists(input.Path) ? throw new DatasetException($"{input}: there is no such file or folder.")
        : Archive.At(input.Path) is { } archive ? new FileSet(input, [], [("", archive)])
        : null;

    private static IEnumerable<FileGroup> Join(FileSet[] sets, LeftOut leftOut)
    {
        var leader = Math.Max(0, Array.FindIndex(sets, set => set.InOrderOnly));
        var others = sets.Select((set, i) => i == leader ? null : new LookAhead(set, sets[leader].Input)).ToArray();
        try
        {
            foreach (var first in sets[leader].Files())
            {
                var files = new DatasetFile[sets.Length];
                files[leader] = first;
                var complete = true;
                for (var i = 0; i < sets.Length; i++)
                {
                    if (others[i]?.Take(first.Id) is { } file)
                    {
                        files[i] = file;
                    }
                    else if (i != leader)
                    {
                        leftOut.Add(LeftOut.NoPartner(sets[leader].Input, sets[i].Input), first.Id);
                        complete = false;
                    }
                }

                if (complete)
                {
                    yield return new FileGroup(first.Id, files);
                }
            }

            for (var i = 0; i < sets.Length; i++)
            {
                foreach (var file in others[i]?.Rest() ?? [])
                {
                    leftOut.Add(LeftOut.NoPartner(sets[i].Input, sets[leader].Input), file.Id);
                }
            }
        }
        finally
        {
            foreach (var other in others)
            {
                other?.Dispose();
            }
        }
    }
}
