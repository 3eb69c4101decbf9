using PerceptualEval.Cli.Datasets;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Brings latents of one run into the same units, so that differences of their values mean the same in every sample.</summary>
internal static class RunUnits
{
    /// <summary>Converts what a batch holds in other units, in place.</summary>
    /// <param name="batch">Target and prediction.</param>
    /// <param name="decoder">A decoder model, whose latent space knows the conversion.</param>
    /// <param name="units">The units of the run; null for those that the decoder expects.</param>
    /// <exception cref="DatasetException">The conversion is not known.</exception>
    public static void Convert(SampleBatch batch, Model decoder, LatentUnits? units)
    {
        Convert(batch, 0, batch.Target, decoder, units);
        Convert(batch, 1, batch.Pred, decoder, units);
    }

    /// <summary>Refuses latents that the decoder can't take because their units can't be converted.</summary>
    /// <exception cref="DatasetException">The conversion is not known.</exception>
    public static void Require(SampleTensor latents, Model decoder, LatentUnits? from, LatentUnits to)
    {
        var found = from ?? decoder.Manifest.Latent!.Units;
        if (found != to && !decoder.Manifest.Latent!.CanConvert)
        {
            throw new DatasetException($"{latents}, in {Text(found)} units; expected {Text(to)}, and decoder '{decoder.Name}' does not know scaling, shift or mean and std of this latent space. "
                + "Give files of the same units, or a decoder whose manifest knows them.");
        }
    }

    private static void Convert(SampleBatch batch, int source, TensorBuffer latents, Model decoder, LatentUnits? units)
    {
        var tensor = batch.Samples[0].Sources[source].Tensor;
        var to = units ?? decoder.Manifest.Latent!.Units;
        Require(tensor, decoder, tensor.Units, to);
        decoder.Manifest.Latent!.Convert(latents, tensor.Units ?? decoder.Manifest.Latent!.Units, to);
    }

    private static string Text(LatentUnits units) => units.ToString().ToLowerInvariant();
}
