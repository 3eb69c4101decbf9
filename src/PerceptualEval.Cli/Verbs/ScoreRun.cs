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
/// <param name="shown">What else gets the scores, standard output last; they stay the caller's.</param>
internal sealed class ScoreRun(
    LatentPerceptualLoss loss, ModelStore store, ScoreWriter? file, ResultFolderWriter? folder, params IReadOnlyList<ScoreWriter> shown)
{
    private readonly LossAccumulator _accumulator = new();
    private readonly ResultParts _parts = new(folder);

    /// <summary>What was passed over, in this run and in the one that it continues.</summary>
    public BadFiles Bad => _parts.Bad;

    /// <summary>Scores a dataset and completes the outputs. What was scored is kept where the run is interrupted or fails.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="batchSize">How many samples go through the graphs together.</param>
    /// <param name="interrupt">Ends the run after the batch at work.</param>
    /// <param name="interrupted">Whether it did.</param>
    /// <returns>The summary of the samples that were scored.</returns>
    public LossSummary Score(Dataset dataset, BatchSize batchSize, CancellationToken interrupt, out bool interrupted)
    {
        // The rows of an earlier run count as if they were scored now.
        var weights = loss.Options.Weights;
        var kept = _parts.Restore(dataset);
        foreach (var row in kept)
        {
            Take(row.Score, row.Score.ToLoss(weights.Perceptual > 0, weights.Input > 0));
        }

        interrupted = !_parts.IsComplete
            && !BatchLoop.Run(dataset, batchSize, batch => ScoreBatch(batch, batchSize), Take, Keep, kept.Count, interrupt);
        var summary = _accumulator.Compute();
        file?.Complete(summary, Bad.Count);
        _parts.Complete(() => ResultJson.Bytes(ScoreSummary.Of(summary, Bad.Count), ResultJson.Default.ScoreSummary), interrupted);
        foreach (var writer in shown)
        {
            writer.Complete(summary, Bad.Count);
        }

        return summary;
    }

    // The outputs keep what was scored before a fault; standard output gets nothing from a run that failed.
    private void Keep()
    {
        file?.Complete(_accumulator.Compute(), Bad.Count);
        _parts.Flush();
    }

    private ScoredSample[] ScoreBatch(SampleBatch batch, BatchSize batchSize)
    {
        var images = loss.Options.Weights.Input > 0 ? batch.Images : null;
        BatchCheck.Latents(batch, loss.Decoder, loss.Lpips, store);
        BatchCheck.Images(batch, images, loss);
        RunUnits.Convert(batch, loss.Decoder.Model, loss.Options.Units ?? loss.Decoder.LatentSpace.Units);
        var losses = batchSize.Score(batch, part => [loss.Score(part.Pred, part.Target, images is null ? null : part.Images)])[0];
        return [.. batch.Samples.Select((sample, i) => new ScoredSample(
            new ResultRow(sample.Number, null, ScoreRow.Of(sample.Id, losses[i], losses[i].IsFinite ? null : NonFiniteValues.Explain(batch, i))), losses[i]))];
    }

    private void Take(IReadOnlyList<ScoredSample> samples, IReadOnlyList<BadFile> passedOver)
    {
        foreach (var (row, loss) in samples)
        {
            Take(row.Score, loss);
        }

        _parts.Add(samples.Select(sample => sample.Row), passedOver);
    }

    private void Take(ScoreRow row, SampleLoss sample)
    {
        _accumulator.Update(sample);
        file?.Write(row);
        foreach (var writer in shown)
        {
            writer.Write(row);
        }
    }

    private readonly record struct ScoredSample(ResultRow Row, SampleLoss Loss);
}
