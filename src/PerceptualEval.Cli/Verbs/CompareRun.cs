using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results;
using PerceptualEval.Comparisons;

namespace PerceptualEval.Cli.Verbs;

/// <summary>One run of <c>compare</c>: every sample is scored for all that is compared, written to the outputs and kept for the statistics.</summary>
/// <param name="scoring">The scoring; stays the caller's.</param>
/// <param name="accumulator">Receives the losses.</param>
/// <param name="seed">The seed of the intervals.</param>
/// <param name="file">The file of <c>--out</c>, or null; stays the caller's.</param>
/// <param name="json">Standard output where it gets JSON, or null; stays the caller's.</param>
internal sealed class CompareRun(ComparedScoring scoring, ComparisonAccumulator accumulator, long seed, ScoreFile? file, ScoreFile? json)
{
    private readonly List<ScoreRow> _nonFinite = [];

    /// <summary>The first rows that are not finite, as many as a table shows.</summary>
    public IReadOnlyList<ScoreRow> NonFinite => _nonFinite;

    /// <summary>Scores a dataset and completes the outputs. What was scored is kept where the run is interrupted or fails.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="batchSize">The most samples in a batch.</param>
    /// <param name="interrupt">Ends the run after the batch at work.</param>
    /// <param name="interrupted">Whether it did.</param>
    /// <returns>The comparison of the samples that were scored.</returns>
    public ComparisonSummary Compare(Dataset dataset, int batchSize, CancellationToken interrupt, out bool interrupted)
    {
        // The file keeps what was scored before a fault; standard output gets nothing from a run that failed.
        interrupted = !BatchLoop.Run(dataset, batchSize, CompareBatch, () => file?.Complete(accumulator.Compute(seed), dataset.Bad.Count), interrupt);
        var summary = accumulator.Compute(seed);
        file?.Complete(summary, dataset.Bad.Count);
        json?.Complete(summary, dataset.Bad.Count);
        return summary;
    }

    private void CompareBatch(SampleBatch batch)
    {
        var scores = scoring.Score(batch);
        for (var i = 0; i < batch.Samples.Count; i++)
        {
            var losses = Array.ConvertAll(scores, losses => losses[i]);
            accumulator.Update(batch.Samples[i].Id, losses);
            for (var compared = 0; compared < losses.Length; compared++)
            {
                var reason = losses[compared].IsFinite ? null : NonFiniteValues.Explain(batch, i, compared);
                Write(ScoreRow.Of(batch.Samples[i].Id, losses[compared], reason) with { Checkpoint = scoring.Names[compared] });
            }
        }
    }

    private void Write(ScoreRow row)
    {
        file?.Write(row);
        json?.Write(row);
        if (row.NonFinite is not null && _nonFinite.Count < ScoreTable.RowsShown)
        {
            _nonFinite.Add(row);
        }
    }
}
