using System.Diagnostics;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Goes through a dataset batch by batch, with progress on a terminal.</summary>
internal static class BatchLoop
{
    /// <summary>
    /// Works through the batches until the last one, or until an interrupt: then the batch at work is the last. What a run that ends early has
    /// taken is of the first samples; results that wait for those of earlier samples are dropped.
    /// </summary>
    /// <typeparam name="T">What is computed for a sample.</typeparam>
    /// <param name="dataset">The dataset.</param>
    /// <param name="batchSize">The most samples in a batch; learns how long each took.</param>
    /// <param name="score">Computes one result for each sample of a batch, which is disposed afterwards.</param>
    /// <param name="take">Takes results in the order of the samples, and what was passed over on the way to them or, at the end, after them.</param>
    /// <param name="keep">Keeps what was taken where a later batch fails; the fault is thrown on.</param>
    /// <param name="done">How many samples an earlier run has done.</param>
    /// <param name="interrupt">Ends the run after the batch at work.</param>
    /// <returns>False where the run was interrupted.</returns>
    public static bool Run<T>(
        Dataset dataset, BatchSize batchSize, Func<SampleBatch, IReadOnlyList<T>> score, Action<IReadOnlyList<T>, IReadOnlyList<BadFile>> take,
        Action keep, long done, CancellationToken interrupt)
    {
        var order = new SampleOrder<T>();
        var passedOver = new List<BadFile>();
        var taken = done;
        try
        {
            using var progress = ProgressLine.OnStandardError(dataset.SampleCount, "samples");
            foreach (var batch in BatchReader.Read(dataset, () => batchSize.Size, interrupt))
            {
                using (batch)
                {
                    if (batch.SettledBefore is { } settled)
                    {
                        Take(order.TakeHeld(), settled);
                    }

                    var start = Stopwatch.GetTimestamp();
                    var results = order.Add(batch, score(batch));
                    batchSize.Measured(batch.Samples.Count, batch.Target.Shape.ElementCount, Stopwatch.GetElapsedTime(start));
                    if (batch.NothingWaits)
                    {
                        Take(results, batch.PassedOver);
                    }
                    else
                    {
                        passedOver.AddRange(batch.PassedOver);
                    }

                    progress.Report(done += batch.Samples.Count);
                }

                interrupt.ThrowIfCancellationRequested();
            }

            Take(order.TakeHeld(), dataset.Bad.TakeNew());
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        catch when (taken > 0)
        {
            keep();
            throw;
        }

        // What was passed over goes with the batches around it: without them a run that goes on would form others.
        void Take(IReadOnlyList<T> results, IReadOnlyList<BadFile> rest)
        {
            take(results, [.. passedOver, .. rest]);
            taken += results.Count;
            passedOver.Clear();
        }
    }
}
