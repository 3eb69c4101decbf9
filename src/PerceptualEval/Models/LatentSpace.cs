using System.Numerics.Tensors;
using System.Text.Json.Serialization;
using PerceptualEval.Tensors;

namespace PerceptualEval.Models;

/// <summary>
/// The latents that a graph takes or returns: how many channels, how much smaller than the image, and in which units.
/// The one place where latents are converted between raw and model units.
/// </summary>
public sealed record LatentSpace
{
    /// <summary>Latent channels.</summary>
    public required int Channels { get; init; }

    /// <summary>Image pixels per latent cell along each side.</summary>
    public required int SpatialFactor { get; init; }

    /// <summary>Video frames per latent frame; 1 for images.</summary>
    // The generated JSON reader assigns 0 where a manifest leaves it out.
    public int TemporalFactor { get; init => field = value == 0 ? 1 : value; } = 1;

    /// <summary>The units that the graph itself works in.</summary>
    public required LatentUnits Units { get; init; }

    /// <summary>scaling of model = (raw − shift)·scaling; null where it is not known.</summary>
    public double? Scaling { get; init; }

    /// <summary>shift of model = (raw − shift)·scaling; null means 0.</summary>
    public double? Shift { get; init; }

    /// <summary>Per-channel mean of raw latents, where model = (raw − mean) / std · scaling; null where there is none.</summary>
    public IReadOnlyList<double>? Mean { get; init; }

    /// <summary>Per-channel standard deviation of raw latents; null where there is none.</summary>
    public IReadOnlyList<double>? Std { get; init; }

    /// <summary>How the units are known: the source that says so.</summary>
    public string? Evidence { get; init; }

    /// <summary>Whether raw and model units can be converted into each other.</summary>
    [JsonIgnore]
    public bool CanConvert => Scaling is not null || Mean is not null;

    /// <summary>Converts latents in place; does nothing where both units are the same.</summary>
    /// <param name="latents">[N,C,…]; changed in place.</param>
    /// <param name="from">The units that the values are in.</param>
    /// <param name="to">The units wanted.</param>
    /// <exception cref="ArgumentException">The channels are not <see cref="Channels"/>.</exception>
    /// <exception cref="InvalidOperationException">The units differ and the conversion is not known (<see cref="CanConvert"/>).</exception>
    public void Convert(TensorBuffer latents, LatentUnits from, LatentUnits to)
    {
        ArgumentNullException.ThrowIfNull(latents);
        if (from == to)
        {
            return;
        }

        if (latents.Shape.Rank < 2 || latents.Shape[1] != Channels)
        {
            throw new ArgumentException($"latents of shape {latents.Shape}; this latent space has {Channels} channels: [N,{Channels},…].", nameof(latents));
        }

        if (!CanConvert)
        {
            throw new InvalidOperationException(
                $"no scaling, shift or mean/std is known for this latent space, so {from} latents can't be converted to {to}.");
        }

        var plane = latents.Span.Length / (int)Math.Max(1, latents.Shape[0] * Channels);
        for (var offset = 0; offset < latents.Span.Length; offset += plane)
        {
            var channel = offset / plane % Channels;
            var (factor, bias) = RawToModel(channel);
            if (to == LatentUnits.Raw)
            {
                (factor, bias) = (1 / factor, -bias / factor);
            }

            var values = latents.Span.Slice(offset, plane);
            TensorPrimitives.Multiply(values, (float)factor, values);
            TensorPrimitives.Add(values, (float)bias, values);
        }
    }

    // model = factor·raw + bias, in double so that going there and back stays within float rounding.
    private (double Factor, double Bias) RawToModel(int channel)
    {
        var scaling = Scaling ?? 1;
        if (Mean is not null)
        {
            var std = Std?[channel] ?? 1;
            return (scaling / std, -Mean[channel] * scaling / std);
        }

        return (scaling, -(Shift ?? 0) * scaling);
    }
}
