using PerceptualEval.Cli.Datasets;

namespace PerceptualEval.Cli.Results.Folders;

/// <summary>Puts the shards of one run together.</summary>
internal static class ResultMerge
{
    /// <summary>Combines shards; their order does not matter. One folder that is no shard stays as it is.</summary>
    /// <param name="folders">What was read of each folder, at least one.</param>
    /// <param name="allowMissing">Whether shards may be missing, or not complete.</param>
    /// <param name="missing">What is missing, in words; null where nothing is.</param>
    /// <returns>All rows in the order of the dataset. <see cref="ResultSet.Manifest"/> is the first folder's.</returns>
    /// <exception cref="ResultException">The folders are not shards of one run, or overlap, or something is missing and that is not allowed.</exception>
    public static ResultSet Combine(IReadOnlyList<ResultSet> folders, bool allowMissing, out string? missing)
    {
        RefuseOtherRuns(folders);
        missing = Missing(folders);
        RefuseOverlap(folders);
        if (missing is not null && !allowMissing)
        {
            throw new ResultException(folders[0].Path, $"{missing}. Run what is missing ({folders[0].Manifest!.Verb} --resume), or leave it out with --allow-missing.");
        }

        return folders[0] with
        {
            Rows = InOrder(folders.SelectMany(folder => folder.Rows)),
            BadFiles = InOrder(folders.SelectMany(folder => folder.BadFiles)),
            Summary = null,
        };
    }

    private static void RefuseOtherRuns(IReadOnlyList<ResultSet> folders)
    {
        var first = ResultRun.Of(folders[0].Manifest!);
        foreach (var folder in folders.Skip(1))
        {
            if (ResultRun.Of(folder.Manifest!).DifferenceTo(first, exceptShard: true) is { } difference)
            {
                throw new ResultException(folder.Path, $"is of another run than '{folders[0].Path}': {difference}. Merge shards of one run.");
            }
        }
    }

    private static string? Missing(IReadOnlyList<ResultSet> folders)
    {
        var shards = folders.Select(ShardOf).ToArray();
        if (folders.Count > 1 && Array.IndexOf(shards, null) is >= 0 and var whole)
        {
            throw new ResultException(folders[whole].Path, "is no shard but a whole run; it can't be merged with others. Leave it out.");
        }

        var count = shards[0]?.Count ?? 1;
        if (Array.FindIndex(shards, shard => (shard?.Count ?? 1) != count) is >= 0 and var other)
        {
            throw new ResultException(folders[other].Path, $"is shard {shards[other]}, '{folders[0].Path}' is {shards[0]}. Merge shards of one division.");
        }

        var absent = Enumerable.Range(1, count).Except(shards.Select(shard => shard?.Index ?? 1)).Select(index => $"shard {index}/{count} is missing");
        var unfinished = folders.Where(folder => folder.Manifest!.State != ResultState.Complete)
            .Select(folder => $"'{folder.Path}' is not complete ({folder.Rows.Count} samples)");
        var text = string.Join("; ", absent.Concat(unfinished));
        return text.Length == 0 ? null : text;
    }

    private static Shard? ShardOf(ResultSet folder) =>
        !folder.Provenance!.Value.TryGetProperty(ResultRun.ShardField, out var text) ? null
        : Shard.Parse(text.ToString()) ?? throw new ResultException(folder.Path, $"its manifest has the shard '{text}'; expected I/N. Restore the manifest that the tool wrote.");

    private static void RefuseOverlap(IReadOnlyList<ResultSet> folders)
    {
        var places = new Dictionary<(string, string?), string>();
        foreach (var folder in folders)
        {
            foreach (var row in folder.Rows.Concat(folder.BadFiles))
            {
                if (!places.TryAdd((row.Id, row.Checkpoint), folder.Path))
                {
                    throw new ResultException(folder.Path, $"sample '{row.Id}' is in '{places[(row.Id, row.Checkpoint)]}', too. Give each shard once.");
                }
            }
        }
    }

    // Several bad files may stand before one sample; rows of one sample keep their order.
    private static ResultRow[] InOrder(IEnumerable<ResultRow> rows) => [.. rows.OrderBy(row => row.Sample).ThenBy(row => row.Id, StringComparer.Ordinal)];
}
