using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Reports;
using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Scores the same latents with several decoders, against the original images, whose features are computed once.</summary>
/// <param name="losses">One loss per decoder, with the third term's weight only; owned by this object. The first owns the LPIPS network.</param>
/// <param name="store">The models there are, for messages.</param>
internal sealed class DecoderScoring(IReadOnlyList<LatentPerceptualLoss> losses, ModelStore store)
    : ComparedScoring([.. losses.Select(loss => loss.Decoder.Model.Name)], losses[0], store)
{
    private readonly ModelStore _store = store;

    /// <summary>Loads the decoders.</summary>
    /// <param name="models">The decoders; two or more.</param>
    /// <param name="lpips">The LPIPS model.</param>
    /// <param name="options">How the loss is computed; the units are those of the latents.</param>
    /// <param name="execution">Where to run.</param>
    /// <param name="store">The models there are, for messages.</param>
    public static DecoderScoring Load(IReadOnlyList<Model> models, Model lpips, LossOptions options, ExecutionOptions execution, ModelStore store)
    {
        var losses = new List<LatentPerceptualLoss> { LatentPerceptualLoss.Load(models[0].Folder, lpips.Folder, options, execution, store) };
        try
        {
            foreach (var model in models.Skip(1))
            {
                losses.Add(losses[0].WithDecoder(new LatentDecoder(model, execution)));
            }

            return new DecoderScoring(losses, store);
        }
        catch
        {
            DisposeAll(losses.Skip(1));
            losses[0].Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public override IEnumerable<LatentDecoder> Decoders => losses.Select(loss => loss.Decoder);

    /// <inheritdoc/>
    public override PictureRecipe Pictures(Func<Dataset> open) => PictureRecipe.Of(open, Loss) with
    {
        Target = null,
        Decoded = [.. losses.Select(loss => new PictureSource(0, loss.Decoder, loss.Decoder.Model.Name))],
    };

    /// <inheritdoc/>
    public override void Dispose()
    {
        DisposeAll(losses.Skip(1));
        base.Dispose();
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<SampleLoss>[] Score(SampleBatch batch, PreparedTarget prepared)
    {
        var first = Loss.Decoder.ImageShape(batch.Target.Shape);
        foreach (var decoder in Decoders.Skip(1))
        {
            BatchCheck.Latents(batch, decoder, Loss.Lpips, _store);
            if (decoder.ImageShape(batch.Target.Shape) is var shape && shape != first)
            {
                throw new DatasetException($"{batch.Samples[0].Target.Tensor} decodes to {first} with '{Names[0]}' and to {shape} with '{decoder.Model.Name}'; "
                    + "expected images of one size. Compare decoders of one latent space.");
            }
        }

        return [.. losses.Select(loss => loss.Score(batch.Target, prepared))];
    }

    // The first one goes last: the others use its network.
    private static void DisposeAll(IEnumerable<LatentPerceptualLoss> losses)
    {
        foreach (var loss in losses)
        {
            loss.Dispose();
        }
    }
}
