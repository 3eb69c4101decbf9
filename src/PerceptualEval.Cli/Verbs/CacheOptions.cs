using System.CommandLine;

namespace PerceptualEval.Cli.Verbs;

/// <summary>The options of the cache of what is computed of targets.</summary>
internal static class CacheOptions
{
    private const int DefaultGigabytes = 20;

    public static Option<string?> Folder { get; } = new("--cache")
    {
        HelpName = "DIR",
        Description = "Keep what is computed of the targets in this folder, for later runs with the same targets and models. Scores stay the same.",
    };

    public static Option<int?> Size { get; } = NumberOption.Count(
        "--cache-size", $"The most gigabytes in the folder of --cache; what was not used for longest goes first. [default: {DefaultGigabytes}]");

    /// <summary>The cache that the options name; null where they name none.</summary>
    /// <exception cref="UsageException">The folder can't be, or there is a size without one.</exception>
    public static TargetCache? Of(ParseResult parsed)
    {
        var folder = parsed.GetValue(Folder);
        if (folder is null)
        {
            return parsed.GetValue(Size) is { } size ? throw new UsageException($"--cache-size {size}: there is no cache. Give --cache DIR, too.") : null;
        }

        return folder.Length > 0 && !File.Exists(folder)
            ? new TargetCache(folder, (parsed.GetValue(Size) ?? DefaultGigabytes) * 1_000_000_000L)
            : throw new UsageException($"--cache '{folder}': expected a folder, or the path of one to be made.");
    }
}
