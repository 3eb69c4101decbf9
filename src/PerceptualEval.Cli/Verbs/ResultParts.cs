using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results.Folders;

namespace PerceptualEval.Cli.Verbs;

/// <summary>What a run keeps of its samples where it may be continued: the parts of a results folder, and the bad files met so far.</summary>
/// <param name="folder">The folder of <c>--out</c>, or null; stays the caller's. What is in it already is not scored again.</param>
internal sealed class ResultParts(ResultFolderWriter? folder)
{
    /// <summary>What was passed over, in this run and in the one that it continues.</summary>
    public BadFiles Bad { get; } = new();

    /// <summary>Whether there is nothing left to do.</summary>
    public bool IsComplete => folder is { IsComplete: true };

    /// <summary>Takes the rows of the run that this one continues; its samples are skipped in the dataset.</summary>
    /// <returns>The scored rows, in order.</returns>
    public IReadOnlyList<ResultRow> Restore(Dataset dataset)
    {
        if (folder is not { Kept.Count: > 0 })
        {
            return [];
        }

        foreach (var row in folder.Kept)
        {
            if (row.BadFile is { } reason)
            {
                Bad.Add(new BadFile(row.Sample, row.Id, reason));
            }
        }

        dataset.Skip(folder.Kept.Select(row => row.Id).ToHashSet());
        return [.. folder.Kept.Where(row => row.BadFile is null)];
    }

    /// <summary>Adds rows, and what was passed over around them.</summary>
    /// <param name="rows">Those of whole batches, in the order of the samples.</param>
    /// <param name="passedOver">What was passed over.</param>
    /// <exception cref="Results.OutputException">A part can't be written.</exception>
    public void Add(IEnumerable<ResultRow> rows, IReadOnlyList<BadFile> passedOver)
    {
        ResultRow[] all = [.. PassedOver(passedOver), .. rows];
        folder?.Write(all);
    }

    /// <summary>Writes the part in progress: the run failed, and may go on later.</summary>
    /// <exception cref="Results.OutputException">It can't be written.</exception>
    public void Flush() => folder?.Flush();

    /// <summary>Ends the run, or writes the part in progress where it was interrupted.</summary>
    /// <param name="summary">The summary, as JSON; asked for where the run is through.</param>
    /// <param name="interrupted">Whether samples are left to do.</param>
    /// <exception cref="Results.OutputException">The last part or the manifest can't be written.</exception>
    public void Complete(Func<byte[]> summary, bool interrupted)
    {
        if (folder is null or { IsComplete: true })
        {
            return;
        }

        if (interrupted)
        {
            folder.Flush();
            return;
        }

        folder.Complete(summary());
    }

    private IEnumerable<ResultRow> PassedOver(IReadOnlyList<BadFile> files)
    {
        foreach (var bad in files)
        {
            Bad.Add(bad);
        }

        return files.Select(bad => ResultRow.PassedOver(bad.Sample, bad.Id, bad.Reason));
    }
}
