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

    /// <summary>Why a latent can't be compared with its image.</summary>
    /// <param name="latent">Its shape, of the channels that the decoder takes: [C,h,w], or [C,t,h,w] of a clip.</param>
    /// <returns>The reason; null where it can.</returns>
    public string? Refusal(TensorShape latent)
    {
        if (latent.Rank != 3)
        {
            return "it is a clip, and clips are not decoded here";
        }

        var (image, minimum) = (decoder.ImageShape(new TensorShape([1, .. latent.Dimensions])), lpips.Model.Manifest.MinimumImageSize);
        return Math.Min(image[^2], image[^1]) < minimum
            ? FormattableString.Invariant($"it decodes to less than {minimum} pixels along a side, the least that '{lpips.Model.Name}' takes")
            : null;
    }

    /// <summary>Decodes the latents of a batch in the units that they are read in, and fits their images to that.</summary>
    /// <param name="batch">Latents and images; stays the caller's.</param>
    public DecodedPair Pair(SampleBatch batch) => Pair(batch, UnitsOf(batch.Samples[0].Target.Tensor));

    /// <summary>The same in given units.</summary>
    /// <exception cref="DatasetException">The units are not the decoder's, and the conversion is not known.</exception>
    public DecodedPair Pair(SampleBatch batch, LatentUnits units)
    {
        var decoded = Decode(batch.Target, batch.Samples[0].Target.Tensor, units);
        try
        {
            return new DecodedPair(decoded, ImageFit.Of(batch, (int)decoded.Shape[2], (int)decoded.Shape[3]));
        }
        catch
        {
            decoded.Dispose();
            throw;
        }
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

    /// <summary>LPIPS of decoded images and their images, pair by pair; infinite where a decoded image is not finite.</summary>
    public double[] Distances(DecodedPair pairs)
    {
        using var a = lpips.Features(pairs.Decoded);
        using var b = lpips.Features(pairs.Image);
        return [.. lpips.Distance(a, b).Select((distance, i) => TensorPrimitives.IsFiniteAll<float>(pairs.Decoded.Sample(i)) ? distance.Total : double.PositiveInfinity)];
    }

    /// <summary>Units as users write them.</summary>
    public static string Text(LatentUnits units) => units.ToString().ToLowerInvariant();

    // Clamped to [-1,1], as an image is. An infinite value would become an ordinary one: its image is given a NaN instead.
    private TensorBuffer Decode(TensorBuffer latents, SampleTensor tensor, LatentUnits units)
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
        for (var i = 0; i < images.Shape[0]; i++)
        {
            var image = images.Sample(i);
            var isFinite = TensorPrimitives.IsFiniteAll<float>(image);
            TensorPrimitives.Clamp(image, -1, 1, image);
            image[0] = isFinite ? image[0] : float.NaN;
        }

        return images;
    }
}
