using System.CommandLine;
using System.Text.Json;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;

namespace PerceptualEval.Cli.Verbs;

/// <summary>The options that say where results go, and how a run is continued and divided.</summary>
internal static class ResultOptions
{
    // Some minutes of work on a CPU, seconds on a GPU; a part takes a few milliseconds to write.
    internal const int DefaultPartSize = 256;

    public static Option<string?> Out { get; } = new("--out")
    {
        HelpName = "FILE|DIR",
        Description = "Also write the results to FILE.json, .jsonl, .csv or .parquet; or to the folder DIR (a name without an extension, or with / at its end), as Parquet parts that survive whatever ends the run.",
    };

    public static Option<bool> Resume { get; } = new("--resume")
    {
        Description = "Go on with the run whose results are in the folder --out DIR; begin it where there are none.",
    };

    public static Option<int?> PartSize { get; } = NumberOption.Count(
        "--part-size", FormattableString.Invariant($"With --out DIR: write a part every N samples, the most that a killed run loses. [default: {DefaultPartSize}]"));

    public static Option<string?> Shard { get; } = new("--shard")
    {
        HelpName = "I/N",
        Description = "Take only the samples of part I of N (xxHash64 of the id's UTF-8, modulo N, is I-1); 'merge' puts the parts together.",
    };

    /// <summary>The shard.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static Shard? ShardOf(ParseResult parsed) => parsed.GetValue(Shard) is not { } text ? null
        : Datasets.Shard.Parse(text) ?? throw new UsageException($"--shard {text}: expected I/N with I from 1 to N, such as 1/4.");

    /// <summary>The folder that results go to; null where they go to a file, or nowhere.</summary>
    /// <exception cref="UsageException">There is none, and an option is given that is for folders.</exception>
    public static string? FolderOf(ParseResult parsed)
    {
        if (parsed.GetValue(Out) is { } path && IsFolder(path))
        {
            return path;
        }

        var option = parsed.GetValue(Resume) ? Resume.Name : parsed.GetValue(PartSize) is not null ? PartSize.Name : null;
        return option is null ? null
            : throw new UsageException($"{option} is for a folder of results. Give --out DIR, a name without an extension or with / at its end.");
    }

    /// <summary>Whether a path means a folder of results: it is one, ends in a separator or has no extension.</summary>
    public static bool IsFolder(string path) =>
        Directory.Exists(path) || Path.EndsInDirectorySeparator(path) || (Path.GetExtension(path).Length == 0 && !File.Exists(path));

    /// <summary>Opens the folder that results go to.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="run">What is run.</param>
    /// <returns>The writer, owned by the caller; null where results go to a file, or nowhere.</returns>
    /// <exception cref="UsageException">An option is given that is for folders, and there is none.</exception>
    /// <exception cref="ResultException">The folder holds something else.</exception>
    /// <exception cref="OutputException">The folder can't be written.</exception>
    public static ResultFolderWriter? OpenFolder(ParseResult parsed, Func<ResultRun> run) => FolderOf(parsed) is { } folder
        ? ResultFolderWriter.Open(folder, run(), parsed.GetValue(PartSize) ?? DefaultPartSize, parsed.GetValue(Resume))
        : null;

    /// <summary>Says on standard error how much of a run is done already.</summary>
    /// <param name="path">The folder, as given.</param>
    /// <param name="folder">The same, open; null where there is none.</param>
    public static void ReportKept(string? path, ResultFolderWriter? folder)
    {
        if (folder is { Kept.Count: > 0 })
        {
            var samples = folder.Kept.Select(row => row.Id).Distinct().Count();
            var rest = folder.IsComplete ? "the run is complete, and nothing is scored again" : "the rest is scored now";
            Console.Error.WriteLine(FormattableString.Invariant($"perceptual-eval: '{path}' holds {samples} samples already; {rest}."));
        }
    }

    /// <summary>What is run, so that another run is told from it.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="provenance">What the results depend on.</param>
    /// <param name="dataset">The samples.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="inputs">The options that name the files.</param>
    public static ResultRun RunOf(string verb, ScoreProvenance provenance, Dataset dataset, ParseResult parsed, params ReadOnlySpan<Option<string?>> inputs)
    {
        var asked = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["files"] = dataset.Fingerprint() };
        foreach (var option in (Option<string?>[])[.. inputs, CommonOptions.Units, CommonOptions.Layout, DatasetOptions.Posterior, DatasetOptions.Size])
        {
            if (parsed.GetValue(option) is { } value)
            {
                asked[Name(option)] = value;
            }
        }

        asked[Name(DatasetOptions.Seed)] = FormattableString.Invariant($"{parsed.GetValue(DatasetOptions.Seed)}");
        if (parsed.GetValue(DatasetOptions.Format) is { Length: > 0 } formats)
        {
            asked[Name(DatasetOptions.Format)] = string.Join(' ', formats);
        }

        return new ResultRun(verb, asked, JsonElement.Parse(ResultJson.Bytes(provenance, ResultJson.Default.ScoreProvenance)));
    }

    private static string Name(Option option) => option.Name.TrimStart('-');
}
