using PerceptualEval.Cli.Datasets;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Brings latents of one run into the same units, so that differences of their values mean the same in every sample.</summary>
internal static class RunUnits
{
    /// <summary>Converts what a batch holds in other units, in place.</summary>
    /// <param name="batch">Target and prediction.</param>
    /// <param name="decoder">Its latent space knows the conversion.</param>
    /// <param name="units">The units of the run; null for those that the decoder expects.</param>
    /// <exception cref="DatasetException">The conversion is not known.</exception>
    public static void Convert(SampleBatch batch, LatentDecoder decoder, LatentUnits? units)
    {
        Convert(batch, 0, batch.Target, decoder, units);
        Convert(batch, 1, batch.Pred, decoder, units);
    }

    /// <summary>Refuses latents that the decoder can't take because their units can't be converted.</summary>
    /// <exception cref="DatasetException">The conversion is not known.</exception>
    public static void Require(SampleTensor latents, LatentDecoder decoder, LatentUnits? from, LatentUnits to)
    {
        var found = from ?? decoder.LatentSpace.Units;
        if (found != to && !decoder.LatentSpace.CanConvert)
        {
            throw new DatasetException($"{latents}, in {Text(found)} units; expected {Text(to)}, and decoder '{decoder.Model.Name}' does not know scaling, shift or mean and std of this latent space. "
                + "Give files of the same units, or a decoder whose manifest knows them.");
        }
    }

    private static void Convert(SampleBatch batch, int source, TensorBuffer latents, LatentDecoder decoder, LatentUnits? units)
    {
        var tensor = batch.Samples[0].Sources[source].Tensor;
        var to = units ?? decoder.LatentSpace.Units;
        Require(tensor, decoder, tensor.Units, to);
        decoder.LatentSpace.Convert(latents, tensor.Units ?? decoder.LatentSpace.Units, to);
    }

    private static string Text(LatentUnits units) => units.ToString().ToLowerInvariant();
}
