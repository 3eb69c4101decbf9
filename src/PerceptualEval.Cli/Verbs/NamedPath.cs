namespace PerceptualEval.Cli.Verbs;

/// <summary>A checkpoint's predictions.</summary>
/// <param name="Name">What results call the checkpoint.</param>
/// <param name="Path">Its predicted latents: a tensor file or a folder of them.</param>
internal sealed record NamedPath(string Name, string Path)
{
    /// <summary>Reads <c>NAME=PATH</c>.</summary>
    /// <exception cref="UsageException">It is something else.</exception>
    public static NamedPath Parse(string text) => text.Split('=', 2) is [{ Length: > 0 } name, { Length: > 0 } path]
        ? new NamedPath(name, path)
        : throw new UsageException($"--pred {text}: expected NAME=PATH, the checkpoint's name and its latents, such as late=runs/late/latents.");

    /// <summary>Refuses names that come twice.</summary>
    /// <exception cref="UsageException">One does.</exception>
    public static void RequireUnique(IReadOnlyList<NamedPath> paths)
    {
        if (paths.CountBy(path => path.Name).FirstOrDefault(name => name.Value > 1) is { Key: { } twice })
        {
            throw new UsageException($"two checkpoints are called '{twice}': {string.Join(", ", paths.Where(path => path.Name == twice).Select(path => $"'{path.Path}'"))}. Give each a name of its own.");
        }
    }
}
