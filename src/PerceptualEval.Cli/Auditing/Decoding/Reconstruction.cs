using System.Numerics.Tensors;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>Decodes latents under a reading of their units, and compares the result with images.</summary>
/// <param name="decoder">The decoder, of images; stays the caller's.</param>
/// <param name="lpips">The LPIPS network; stays the caller's.</param>
/// <param name="tiling">How large latents are decoded; null for as a whole.</param>
internal sealed class Reconstruction(LatentDecoder decoder, PerceptualNetwork lpips, Tiling? tiling)
{
    /// <summary>The latents that the decoder takes.</summary>
    public LatentSpace Space => decoder.LatentSpace;

    /// <summary>Whether the audit takes every sample to be in the other units than stated; set once they are proved.</summary>
    public bool ReadsOtherUnits { get; set; }

    /// <summary>The units that a sample is read in.</summary>
    public LatentUnits UnitsOf(SampleTensor tensor) => ReadsOtherUnits ? Other(tensor.Units ?? Space.Units) : tensor.Units ?? Space.Units;

    /// <summary>The other units.</summary>
    public static LatentUnits Other(LatentUnits units) => units == LatentUnits.Raw ? LatentUnits.Model : LatentUnits.Raw;

    /// <summary>Whether both readings of a sample's units can be decoded.</summary>
    public bool KnowsBothUnits(SampleTensor tensor) => ConversionOf(tensor) is not null;

    /// <summary>The latent space that knows the conversion between a sample's units: the decoder's, else that of the file's family; null where neither does.</summary>
    public LatentSpace? ConversionOf(SampleTensor tensor) => Space.CanConvert ? Space
        : tensor.UnitStatement?.Family is { CanConvert: true } family && family.Channels == Space.Channels ? family
        : null;

    /// <summary>Whether images of this size are large enough for the LPIPS network.</summary>
    public bool TakesImages(long height, long width) => Math.Min(height, width) >= lpips.Model.Manifest.MinimumImageSize;

    /// <summary>Decodes latents of one tensor, or of tensors like it.</summary>
    /// <param name="latents">[N,C,h,w] as stored; not changed.</param>
    /// <param name="tensor">Where they come from.</param>
    /// <param name="units">The units that they are taken to be in.</param>
    /// <returns>Images [N,3,H,W], clamped to [-1,1]; a buffer that the caller owns.</returns>
    /// <exception cref="DatasetException">The units are not the decoder's, and the conversion is not known.</exception>
    public TensorBuffer Decode(TensorBuffer latents, SampleTensor tensor, LatentUnits units)
    {
        using var converted = TensorBuffer.CopyOf(latents.Shape, latents.Span);
        if (units != Space.Units)
        {
            var space = ConversionOf(tensor) ?? throw new DatasetException(
                $"{tensor}, in {Text(units)} units; decoder '{decoder.Model.Name}' takes {Text(Space.Units)}, and neither it nor the file knows the conversion. "
                + "Give files of those units, or build the decoder again with --config or --family.");
            space.Convert(converted, units, Space.Units);
        }

        var images = decoder.Decode(converted, Space.Units, tiling);
        TensorPrimitives.Clamp(images.Span, -1, 1, images.Span);
        return images;
    }

    /// <summary>LPIPS features of images.</summary>
    public PerceptualFeatures Features(TensorBuffer images) => lpips.Features(images);

    /// <summary>LPIPS of an image with given features and one of the same size; infinite where that is no number.</summary>
    public double Distance(PerceptualFeatures features, TensorBuffer image)
    {
        using var others = lpips.Features(image);
        var distance = lpips.Distance(features, others)[0].Total;
        return double.IsNaN(distance) ? double.PositiveInfinity : distance;
    }

    /// <summary>LPIPS of two batches of images of the same size, pair by pair; infinite where a decoded image is not finite.</summary>
    public double[] Distances(TensorBuffer decoded, TensorBuffer images)
    {
        using var a = lpips.Features(decoded);
        using var b = lpips.Features(images);
        return [.. lpips.Distance(a, b).Select((distance, i) => TensorPrimitives.IsFiniteAll<float>(decoded.Sample(i)) ? distance.Total : double.PositiveInfinity)];
    }

    /// <summary>Units as users write them.</summary>
    public static string Text(LatentUnits units) => units.ToString().ToLowerInvariant();
}
