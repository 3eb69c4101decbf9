using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Reports;
using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Scores the same samples several times over: those of several checkpoints, or one's with several decoders.</summary>
/// <param name="names">What is compared.</param>
/// <param name="loss">The loss; owned by this object.</param>
/// <param name="store">The models there are, for messages.</param>
internal abstract class ComparedScoring(IReadOnlyList<string> names, LatentPerceptualLoss loss, ModelStore store) : IDisposable
{
    /// <summary>What is compared, in the order of the scores.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>The loss of the first of them.</summary>
    public LatentPerceptualLoss Loss => loss;

    /// <summary>The decoders in use.</summary>
    public virtual IEnumerable<LatentDecoder> Decoders => [loss.Decoder];

    /// <summary>Scores a batch; its latents are brought into the run's units first.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="batchSize">Scores it in parts where it fails as a whole.</param>
    /// <returns>Per name, one loss per sample.</returns>
    /// <exception cref="DatasetException">The models don't take the samples.</exception>
    public IReadOnlyList<SampleLoss>[] Score(SampleBatch batch, BatchSize batchSize)
    {
        var images = loss.Options.Weights.Input > 0 ? batch.Images : null;
        BatchCheck.Latents(batch, loss.Decoder, loss.Lpips, store);
        BatchCheck.Images(batch, images, loss);
        RunUnits.Convert(batch, loss.Decoder.Model, loss.Options.Units ?? loss.Decoder.LatentSpace.Units);
        return batchSize.Score(batch, part =>
        {
            using var prepared = loss.Prepare(part.Target, images is null ? null : part.Images);
            return Score(part, prepared);
        });
    }

    /// <summary>How pictures of the samples are made.</summary>
    /// <param name="open">Opens the dataset once more.</param>
    public abstract PictureRecipe Pictures(Func<Dataset> open);

    /// <summary>Disposes the loss.</summary>
    public virtual void Dispose() => loss.Dispose();

    /// <summary>Scores a batch against what is the same for all.</summary>
    protected abstract IReadOnlyList<SampleLoss>[] Score(SampleBatch batch, PreparedTarget prepared);
}
