using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Gates;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;

namespace PerceptualEval.Cli.Verbs;

/// <summary><c>merge</c>: the shards of one run as if it had not been divided.</summary>
internal static class MergeVerb
{
    private static readonly Argument<string[]> Folders = new("DIR")
    {
        Description = "The folders of score or compare with --shard I/N --out DIR, in any order; or one folder of a whole run, to write it as a file.",
        Arity = ArgumentArity.OneOrMore,
    };

    private static readonly Option<bool> AllowMissing = new("--allow-missing") { Description = "Merge what there is where shards are missing or not complete." };

    private static readonly Option<string?> Out = new("--out")
    {
        HelpName = "FILE|DIR",
        Description = "Where to write the results: FILE.json, .jsonl, .csv or .parquet, or a new folder.",
    };

    public static Command Create(CancellationToken interrupt)
    {
        var command = new Command("merge", "Put the shards of one run together: the same results as if it had not been divided.")
        {
            Folders, Out, AllowMissing, CommonOptions.Json,
        };
        command.SetAction(parsed => (int)Run(parsed, interrupt));
        return command;
    }

    private static ExitCode Run(ParseResult parsed, CancellationToken interrupt)
    {
        var folders = parsed.GetRequiredValue(Folders).Select(ResultFolder.Read).ToArray();
        var merged = ResultMerge.Combine(folders, parsed.GetValue(AllowMissing), out var missing);
        var run = Undivided(folders);
        var provenance = run.Provenance.Deserialize(ResultJson.Default.ScoreProvenance)
            ?? throw new ResultException(folders[0].Path, "its manifest has no provenance. Restore the manifest that the tool wrote.");
        var results = MergedResults.Of(merged, provenance, interrupt);

        // Standard output comes last: it says nothing where the file fails.
        var output = parsed.GetValue(Out);
        if (output is not null && ResultOptions.IsFolder(output))
        {
            WriteFolder(output, run, merged, missing is null ? results.Summary : null);
        }
        else if (output is not null)
        {
            results.WriteFile(output);
        }

        results.Show(parsed);
        var code = Report(merged, missing);
        return Gate.Report(results.Gates) is var gate and not ExitCode.Ok ? gate : code;
    }

    private static ExitCode Report(ResultSet merged, string? missing)
    {
        if (missing is not null)
        {
            Console.Error.WriteLine($"perceptual-eval: {missing}.");
        }

        var bad = new BadFiles();
        foreach (var row in merged.BadFiles)
        {
            bad.Add(new BadFile(row.Sample, row.Id, row.BadFile!));
        }

        return DatasetReport.Write(bad);
    }

    // The run that the shards are parts of: on one device, or on several of one kind.
    private static ResultRun Undivided(ResultSet[] folders)
    {
        var provenance = JsonNode.Parse(folders[0].Provenance!.Value.GetRawText())!.AsObject();
        provenance.Remove(ResultRun.ShardField);
        var devices = folders.Select(folder => folder.Provenance!.Value.TryGetProperty(ResultRun.DeviceField, out var device) ? device.ToString() : "not given").Distinct().ToArray();
        provenance[ResultRun.DeviceField] = devices.Length == 1 ? devices[0] : devices[0].Split(':')[0];
        return ResultRun.Of(folders[0].Manifest!) with { Provenance = JsonElement.Parse(provenance.ToJsonString()) };
    }

    private static void WriteFolder(string path, ResultRun run, ResultSet merged, byte[]? summary)
    {
        using var folder = ResultFolderWriter.Open(path, run, ResultOptions.DefaultPartSize, resume: false);
        foreach (var rows in merged.BadFiles.Concat(merged.Rows).OrderBy(row => row.Sample).Chunk(ResultOptions.DefaultPartSize))
        {
            folder.Write(rows);
        }

        // What is missing must not count as scored: a folder that is called complete is never looked into again.
        if (summary is null)
        {
            folder.Flush();
        }
        else
        {
            folder.Complete(summary);
        }
    }
}
