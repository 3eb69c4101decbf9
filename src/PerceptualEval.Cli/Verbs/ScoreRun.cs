using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>One run of <c>score</c>: every sample is scored once, written to the outputs and counted in the summary.</summary>
/// <param name="loss">The loss; stays the caller's.</param>
/// <param name="store">The models there are, for messages.</param>
/// <param name="file">The file of <c>--out</c>, or null; stays the caller's.</param>
/// <param name="shown">What else gets the scores, standard output last; they stay the caller's.</param>
internal sealed class ScoreRun(LatentPerceptualLoss loss, ModelStore store, ScoreWriter? file, params IReadOnlyList<ScoreWriter> shown)
{
    private readonly LossAccumulator _accumulator = new();

    /// <summary>Scores a dataset and completes the outputs. What was scored is kept where the run is interrupted or fails.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="batchSize">The most samples in a batch.</param>
    /// <param name="interrupt">Ends the run after the batch at work.</param>
    /// <param name="interrupted">Whether it did.</param>
    /// <returns>The summary of the samples that were scored.</returns>
    public LossSummary Score(Dataset dataset, int batchSize, CancellationToken interrupt, out bool interrupted)
    {
        // The file keeps what was scored before a fault; standard output gets nothing from a run that failed.
        interrupted = !BatchLoop.Run(dataset, batchSize, ScoreBatch, () => file?.Complete(_accumulator.Compute(), dataset.Bad.Count), interrupt);
        var summary = _accumulator.Compute();
        file?.Complete(summary, dataset.Bad.Count);
        foreach (var writer in shown)
        {
            writer.Complete(summary, dataset.Bad.Count);
        }

        return summary;
    }

    private void ScoreBatch(SampleBatch batch)
    {
        var images = loss.Options.Weights.Input > 0 ? batch.Images : null;
        BatchCheck.Latents(batch, loss.Decoder, loss.Lpips, store);
        BatchCheck.Images(batch, images, loss);
        RunUnits.Convert(batch, loss.Decoder.Model, loss.Options.Units ?? loss.Decoder.LatentSpace.Units);
        var losses = loss.Score(batch.Pred, batch.Target, images);
        for (var i = 0; i < losses.Count; i++)
        {
            _accumulator.Update(losses[i]);
            var row = ScoreRow.Of(batch.Samples[i].Id, losses[i], losses[i].IsFinite ? null : NonFiniteValues.Explain(batch, i));
            file?.Write(row);
            foreach (var writer in shown)
            {
                writer.Write(row);
            }
        }
    }
}
