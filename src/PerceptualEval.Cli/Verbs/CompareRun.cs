using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.Comparisons;

namespace PerceptualEval.Cli.Verbs;

/// <summary>One run of <c>compare</c>: every sample is scored for all that is compared, written to the outputs and kept for the statistics.</summary>
/// <param name="scoring">The scoring; stays the caller's.</param>
/// <param name="accumulator">Receives the losses.</param>
/// <param name="seed">The seed of the intervals.</param>
/// <param name="file">The file of <c>--out</c>, or null; stays the caller's.</param>
/// <param name="folder">The folder of <c>--out</c>, or null; stays the caller's. What is in it already is not scored again.</param>
/// <param name="json">Standard output where it gets JSON, or null; stays the caller's.</param>
/// <param name="keepRows">Whether all rows are kept, for a report.</param>
internal sealed class CompareRun(
    ComparedScoring scoring, ComparisonAccumulator accumulator, long seed, ScoreFile? file, ResultFolderWriter? folder, ScoreFile? json, bool keepRows)
{
    private readonly List<ScoreRow> _nonFinite = [];
    private readonly List<ScoreRow> _rows = [];
    private readonly ResultParts _parts = new(folder);

    /// <summary>The first rows that are not finite, as many as a table shows.</summary>
    public IReadOnlyList<ScoreRow> NonFinite => _nonFinite;

    /// <summary>All rows, where they are kept.</summary>
    public IReadOnlyList<ScoreRow> Rows => _rows;

    /// <summary>What was passed over, in this run and in the one that it continues.</summary>
    public BadFiles Bad => _parts.Bad;

    /// <summary>Scores a dataset and completes the outputs. What was scored is kept where the run is interrupted or fails.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="batchSize">How many samples go through the graphs together.</param>
    /// <param name="interrupt">Ends the run after the batch at work; where all samples are scored, the statistics.</param>
    /// <param name="interrupted">Whether samples are left to do.</param>
    /// <returns>The comparison of the samples that were scored; null where it was interrupted, and the outputs have the samples alone.</returns>
    public ComparisonSummary? Compare(Dataset dataset, BatchSize batchSize, CancellationToken interrupt, out bool interrupted)
    {
        Restore(dataset);
        interrupted = !_parts.IsComplete
            && !BatchLoop.Run(dataset, batchSize, batch => CompareBatch(batch, batchSize), Take, Keep, accumulator.Count, interrupt);

        // On the disk before the statistics, which a second interrupt ends with the process.
        _parts.Flush();
        var summary = Summarize(interrupted ? CancellationToken.None : interrupt);
        Complete(file, summary);
        if (summary is not null)
        {
            _parts.Complete(() => ComparisonJson.Document(summary, Bad.Count), interrupted);
        }

        Complete(json, summary);
        return summary;
    }

    private ComparisonSummary? Summarize(CancellationToken interrupt)
    {
        try
        {
            return accumulator.Compute(seed, interrupt);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private void Complete(ScoreFile? output, ComparisonSummary? summary)
    {
        if (summary is null)
        {
            output?.CompleteSamples();
        }
        else
        {
            output?.Complete(summary, Bad.Count);
        }
    }

    // The rows of an earlier run count as if they were scored now; those of one sample lie together.
    private void Restore(Dataset dataset)
    {
        var weights = scoring.Loss.Options.Weights;
        foreach (var rows in _parts.Restore(dataset).Chunk(scoring.Names.Count))
        {
            accumulator.Update(rows[0].Id, Array.ConvertAll(rows, row => row.Score.ToLoss(weights.Perceptual > 0, weights.Input > 0)));
            foreach (var row in rows)
            {
                Write(row.Shown);
            }
        }
    }

    // The outputs keep what was scored before a fault; standard output gets nothing from a run that failed.
    private void Keep()
    {
        file?.Complete(accumulator.Compute(seed), Bad.Count);
        _parts.Flush();
    }

    private ComparedSample[] CompareBatch(SampleBatch batch, BatchSize batchSize)
    {
        var scores = scoring.Score(batch, batchSize);
        return [.. batch.Samples.Select((sample, i) =>
        {
            var losses = Array.ConvertAll(scores, losses => losses[i]);
            var rows = losses.Select((loss, compared) => new ResultRow(
                sample.Number, scoring.Names[compared], ScoreRow.Of(sample.Id, loss, loss.IsFinite ? null : NonFiniteValues.Explain(batch, i, compared))));
            return new ComparedSample(sample.Id, losses, [.. rows]);
        })];
    }

    private void Take(IReadOnlyList<ComparedSample> samples, IReadOnlyList<BadFile> passedOver)
    {
        foreach (var (id, losses, rows) in samples)
        {
            accumulator.Update(id, losses);
            foreach (var row in rows)
            {
                Write(row.Shown);
            }
        }

        _parts.Add(samples.SelectMany(sample => sample.Rows), passedOver);
    }

    private void Write(ScoreRow row)
    {
        file?.Write(row);
        json?.Write(row);
        if (keepRows)
        {
            _rows.Add(row);
        }

        if (row.NonFinite is not null && _nonFinite.Count < ScoreTable.RowsShown)
        {
            _nonFinite.Add(row);
        }
    }

    private sealed record ComparedSample(string Id, SampleLoss[] Losses, ResultRow[] Rows);
}
