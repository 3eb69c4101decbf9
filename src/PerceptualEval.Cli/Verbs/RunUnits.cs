using PerceptualEval.Cli.Datasets;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Brings latents of one run into the same units, so that differences of their values mean the same in every sample.</summary>
internal static class RunUnits
{
    /// <summary>The units that a run is scored in: those of its first target, unless the decoder can't make its own of them.</summary>
    /// <param name="decoder">A decoder model.</param>
    /// <param name="dataset">The run's samples.</param>
    public static LatentUnits Of(Model decoder, Dataset dataset) =>
        decoder.Manifest.Latent!.CanConvert && dataset.Units is { } units ? units : decoder.Manifest.Latent!.Units;

    /// <summary>Converts what a batch's latents hold in other units, in place.</summary>
    /// <param name="batch">The latents of one or more inputs; images are not touched.</param>
    /// <param name="decoder">A decoder model, whose latent space knows the conversion; where it does not, that of the files' family does.</param>
    /// <param name="units">The units wanted.</param>
    /// <exception cref="DatasetException">The conversion is not known.</exception>
    public static void Convert(SampleBatch batch, Model decoder, LatentUnits units)
    {
        var space = decoder.Manifest.Latent!;
        var tensors = batch.Samples[0].Sources.Select(source => source.Tensor).ToArray();
        for (var i = 0; i < tensors.Length; i++)
        {
            var found = tensors[i].Units ?? space.Units;
            if (tensors[i].Kind == SourceKind.Latent && found != units)
            {
                Convert(batch.Tensors[i], tensors[i], found, units, space.CanConvert ? space : FamilyOf(tensors[i], tensors), decoder.Name);
            }
        }
    }

    private static void Convert(TensorBuffer latents, SampleTensor tensor, LatentUnits from, LatentUnits to, LatentSpace? space, string decoder)
    {
        if (space is null || space.Channels != latents.Shape[1])
        {
            throw new DatasetException($"{tensor}, in {Text(from)} units; expected {Text(to)}, and neither decoder '{decoder}' nor the file knows scaling, shift or mean and std of this latent space. "
                + "Give files of those units, or build the decoder again with --config or --family.");
        }

        space.Convert(latents, from, to);
    }

    // A pair is of one latent space: what one file knows goes for the other.
    private static LatentSpace? FamilyOf(SampleTensor tensor, SampleTensor[] pair) =>
        tensor.UnitStatement!.Family ?? pair.Select(other => other.UnitStatement?.Family).FirstOrDefault(family => family is not null);

    private static string Text(LatentUnits units) => units.ToString().ToLowerInvariant();
}
