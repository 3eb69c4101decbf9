using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Reports;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Scores several checkpoints' predictions against one target, which is decoded once.</summary>
/// <param name="names">The checkpoints, in the order of the dataset's inputs.</param>
/// <param name="loss">The loss; owned by this object.</param>
/// <param name="store">The models there are, for messages.</param>
internal sealed class CheckpointScoring(IReadOnlyList<string> names, LatentPerceptualLoss loss, ModelStore store) : ComparedScoring(names, loss, store)
{
    /// <inheritdoc/>
    public override PictureRecipe Pictures(Func<Dataset> open) => PictureRecipe.Of(open, Loss) with
    {
        Decoded = [.. Names.Select((name, i) => new PictureSource(i + 1, Loss.Decoder, Names.Count > 1 ? name : null))],
    };

    /// <inheritdoc/>
    protected override IReadOnlyList<SampleLoss>[] Score(SampleBatch batch, PreparedTarget prepared) =>
        [.. batch.Preds.Select(pred => Loss.Score(pred, prepared))];
}
