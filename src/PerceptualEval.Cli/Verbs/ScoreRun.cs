using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>One run of <c>score</c>: every sample is scored once, written to the outputs and counted in the summary.</summary>
/// <param name="loss">The loss; stays the caller's.</param>
/// <param name="store">The models there are, for messages.</param>
/// <param name="file">The file of <c>--out</c>, or null; stays the caller's.</param>
/// <param name="folder">The folder of <c>--out</c>, or null; stays the caller's. What is in it already is not scored again.</param>
/// <param name="shown">What standard output gets; stays the caller's.</param>
internal sealed class ScoreRun(LatentPerceptualLoss loss, ModelStore store, ScoreWriter? file, ResultFolderWriter? folder, ScoreWriter shown)
{
    private readonly LossAccumulator _accumulator = new();
    private long _done;

    /// <summary>What was passed over, in this run and in the one that it continues.</summary>
    public BadFiles Bad { get; } = new();

    /// <summary>Scores a dataset and completes the outputs. What was scored is kept where the run is interrupted or fails.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="batchSize">The most samples in a batch.</param>
    /// <param name="interrupt">Ends the run after the batch at work.</param>
    /// <param name="interrupted">Whether it did.</param>
    /// <returns>The summary of the samples that were scored.</returns>
    public LossSummary Score(Dataset dataset, int batchSize, CancellationToken interrupt, out bool interrupted)
    {
        interrupted = false;
        Restore(dataset);
        try
        {
            if (folder is not { IsComplete: true })
            {
                ScoreBatches(dataset, batchSize, interrupt);
            }
        }
        catch (OperationCanceledException)
        {
            interrupted = true;
        }
        catch when (_done > 0)
        {
            // The outputs keep what was scored before the fault; standard output gets nothing from a run that failed.
            file?.Complete(_accumulator.Compute(), Bad.Count);
            folder?.Flush();
            throw;
        }

        var summary = _accumulator.Compute();
        file?.Complete(summary, Bad.Count);
        CompleteFolder(summary, interrupted);
        shown.Complete(summary, Bad.Count);
        return summary;
    }

    // The rows of an earlier run count as if they were scored now.
    private void Restore(Dataset dataset)
    {
        if (folder is not { Kept.Count: > 0 })
        {
            return;
        }

        var weights = loss.Options.Weights;
        foreach (var row in folder.Kept)
        {
            if (row.BadFile is { } reason)
            {
                Bad.Add(new BadFile(row.Sample, row.Id, reason));
                continue;
            }

            Take(row.Score, row.Score.ToLoss(weights.Perceptual > 0, weights.Input > 0));
        }

        dataset.Skip(folder.Kept.Select(row => row.Id).ToHashSet());
    }

    private void ScoreBatches(Dataset dataset, int batchSize, CancellationToken interrupt)
    {
        using var progress = ProgressLine.OnStandardError(dataset.SampleCount, "samples");
        foreach (var batch in BatchReader.Read(dataset, batchSize, interrupt))
        {
            using (batch)
            {
                ScoreBatch(batch);
                progress.Report(_done);
            }

            interrupt.ThrowIfCancellationRequested();
        }

        var rest = PassedOver(dataset.Bad.TakeNew());
        folder?.Write(rest);
    }

    private void ScoreBatch(SampleBatch batch)
    {
        var images = loss.Options.Weights.Input > 0 ? batch.Images : null;
        BatchCheck.Latents(batch, loss.Decoder, loss.Lpips, store);
        BatchCheck.Images(batch, images, loss);
        RunUnits.Convert(batch, loss.Decoder.Model, loss.Options.Units ?? loss.Decoder.LatentSpace.Units);
        var losses = loss.Score(batch.Pred, batch.Target, images);
        var rows = new List<ResultRow>(PassedOver(batch.PassedOver));
        for (var i = 0; i < losses.Count; i++)
        {
            var row = ScoreRow.Of(batch.Samples[i].Id, losses[i], losses[i].IsFinite ? null : NonFiniteValues.Explain(batch, i));
            rows.Add(new ResultRow(batch.Samples[i].Number, null, row));
            Take(row, losses[i]);
        }

        folder?.Write(rows);
    }

    private void Take(ScoreRow row, SampleLoss sample)
    {
        _accumulator.Update(sample);
        file?.Write(row);
        shown.Write(row);
        _done++;
    }

    private IEnumerable<ResultRow> PassedOver(IReadOnlyList<BadFile> files)
    {
        foreach (var bad in files)
        {
            Bad.Add(bad);
        }

        return files.Select(bad => ResultRow.PassedOver(bad.Sample, bad.Id, bad.Reason));
    }

    private void CompleteFolder(LossSummary summary, bool interrupted)
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

        folder.Complete(ResultJson.Bytes(ScoreSummary.Of(summary, Bad.Count), ResultJson.Default.ScoreSummary));
    }
}
