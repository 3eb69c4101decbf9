using PerceptualEval.Cli.Datasets.Files;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Finds the checkpoints that a pattern such as <c>runs/*/latents</c> stands for.</summary>
internal static class RunFolders
{
    private static readonly char[] Separators = [Path.DirectorySeparatorChar, Path.AltDirectorySeparatorChar];

    // Hidden ones are not meant by a '*', as in a shell.
    private static readonly EnumerationOptions Visible = new() { AttributesToSkip = FileAttributes.Hidden };

    /// <summary>Lists them in natural order; their names are what the <c>*</c> and <c>?</c> of the pattern stand for.</summary>
    /// <param name="pattern">A path whose parts may hold <c>*</c> and <c>?</c>.</param>
    /// <exception cref="UsageException">The pattern has neither, or nothing fits it.</exception>
    public static IReadOnlyList<NamedPath> Find(string pattern)
    {
        var parts = pattern.Split(Separators);
        if (!parts.Any(IsPattern))
        {
            throw new UsageException($"--runs {pattern}: expected a pattern with a '*' for the checkpoints' names, in quotes, such as 'runs/*/latents'.");
        }

        // Nothing before the first separator: the pattern begins at the root.
        IEnumerable<NamedPath> found = [new("", "")];
        foreach (var (index, part) in parts.Index())
        {
            found = found.SelectMany(place => IsPattern(part)
                ? Entries(place.Path, part).Select(entry => Below(place, Path.GetFileName(entry), isName: true))
                : [index == 0 && part.Length == 0 ? new NamedPath("", Path.DirectorySeparatorChar.ToString()) : Below(place, part, isName: false)]);
        }

        var runs = found.Where(place => Path.Exists(place.Path)).OrderBy(place => place.Name, NaturalOrder.Comparer).ToArray();
        return runs.Length > 0 ? runs : throw new UsageException($"--runs {pattern}: nothing fits this pattern. Expected folders or files of latents.");
    }

    private static bool IsPattern(string part) => part.AsSpan().ContainsAny('*', '?');

    private static string[] Entries(string folder, string pattern)
    {
        var place = folder.Length == 0 ? "." : folder;
        try
        {
            return Directory.Exists(place) ? Directory.GetFileSystemEntries(place, pattern, Visible) : [];
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--runs: '{place}' can't be listed: {exception.Message}");
        }
    }

    private static NamedPath Below(NamedPath place, string part, bool isName) =>
        new(!isName ? place.Name : place.Name.Length == 0 ? part : $"{place.Name}/{part}", Path.Combine(place.Path, part));
}
