using PerceptualEval.Cli.Datasets;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Scores several checkpoints' predictions against one target, which is decoded once.</summary>
/// <param name="names">The checkpoints, in the order of the dataset's inputs.</param>
/// <param name="loss">The loss; owned by this object.</param>
/// <param name="store">The models there are, for messages.</param>
internal sealed class CheckpointScoring(IReadOnlyList<string> names, LatentPerceptualLoss loss, ModelStore store) : ComparedScoring(names, loss, store)
{
    /// <inheritdoc/>
    protected override IReadOnlyList<SampleLoss>[] Score(SampleBatch batch, PreparedTarget prepared) =>
        [.. batch.Preds.Select(pred => Loss.Score(pred, prepared))];
}
