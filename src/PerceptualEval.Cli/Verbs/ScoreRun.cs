using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Verbs;

/// <summary>One run of <c>score</c>: every sample is scored once, written to all outputs and counted in the summary.</summary>
/// <param name="loss">The loss; stays the caller's.</param>
/// <param name="writers">Where results go; they stay the caller's and are completed here.</param>
internal sealed class ScoreRun(LatentPerceptualLoss loss, IReadOnlyList<ScoreWriter> writers)
{
    private readonly LossAccumulator _accumulator = new();
    private long _done;

    /// <summary>The summary of the samples scored so far.</summary>
    public LossSummary Summary => _accumulator.Compute();

    /// <summary>Scores a dataset and completes the outputs, also where the run is interrupted or fails: what was scored is kept.</summary>
    /// <returns>Whether it was interrupted.</returns>
    public bool Score(Dataset dataset, int batchSize, CancellationToken interrupt)
    {
        var interrupted = false;
        try
        {
            ScoreBatches(dataset, batchSize, interrupt);
        }
        catch (OperationCanceledException)
        {
            interrupted = true;
        }
        catch when (_done > 0)
        {
            // Standard output gets nothing from a run that failed; the file keeps the samples that were scored.
            Complete(writers.Take(writers.Count - 1));
            throw;
        }

        Complete(writers);
        return interrupted;
    }

    private void ScoreBatches(Dataset dataset, int batchSize, CancellationToken interrupt)
    {
        using var progress = ProgressLine.OnStandardError(dataset.SampleCount, "samples");
        foreach (var batch in BatchReader.Read(dataset, batchSize, interrupt))
        {
            using (batch)
            {
                RequireFit(batch);
                var losses = loss.Score(batch.Pred, batch.Target, loss.Options.Weights.Input > 0 ? batch.Images : null);
                for (var i = 0; i < losses.Count; i++)
                {
                    _accumulator.Update(losses[i]);
                    var reason = losses[i].IsFinite ? null : NonFiniteValues.Explain(batch, i);
                    foreach (var writer in writers)
                    {
                        writer.Write(batch.Ids[i], losses[i], reason);
                    }
                }

                _done += losses.Count;
                progress.Report(_done);
            }

            interrupt.ThrowIfCancellationRequested();
        }
    }

    private void Complete(IEnumerable<ScoreWriter> complete)
    {
        var summary = Summary;
        foreach (var writer in complete)
        {
            writer.Complete(summary);
        }
    }
}
