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

    /// <summary>
    /// The side of the patches of latent cells that model units fold into channels, as <c>[N,C,h,w]</c> → <c>[N,C·p²,h/p,w/p]</c> with the
    /// channel running slowest, then the patch's row, then its column; 1 where they are not folded. 2 for FLUX.2.
    /// </summary>
    public int PatchSize { get; init => field = value == 0 ? 1 : value; } = 1;

    /// <summary>Per-channel mean of raw latents, where model = (raw − mean) / std · scaling; null where there is none. As many as <see cref="PatchedChannels"/>.</summary>
    public IReadOnlyList<double>? Mean { get; init; }

    /// <summary>Per-channel standard deviation of raw latents; null where there is none. As many as <see cref="PatchedChannels"/>.</summary>
    public IReadOnlyList<double>? Std { get; init; }

    /// <summary>How the units are known: the source that says so.</summary>
    public string? Evidence { get; init; }

    /// <summary>Whether raw and model units can be converted into each other.</summary>
    [JsonIgnore]
    public bool CanConvert => Scaling is not null || Mean is not null;

    /// <summary>How many video frames latent frames decode to: the first latent frame of an odd number is a single frame, every other gives <see cref="TemporalFactor"/>.</summary>
    /// <param name="latentFrames">At least 1.</param>
    /// <returns>factor·(t − 1) + 1 for odd t, factor·t for even t.</returns>
    public long VideoFrames(long latentFrames) =>
        (TemporalFactor * latentFrames) - (latentFrames % 2 * (TemporalFactor - 1));

    /// <summary>Channels of folded latents, <see cref="Channels"/>·<see cref="PatchSize"/>²; the same as <see cref="Channels"/> where nothing is folded.</summary>
    [JsonIgnore]
    public int PatchedChannels => Channels * PatchSize * PatchSize;

    /// <summary>Whether latents are folded, which their channels tell.</summary>
    /// <param name="latents">[N,C,h,w].</param>
    public bool IsPatched(TensorShape latents) => PatchSize > 1 && latents.Rank == 4 && latents[1] == PatchedChannels;

    /// <summary>The shape of latents without folding: <c>[N,C·p²,h,w]</c> → <c>[N,C,h·p,w·p]</c>; others keep theirs.</summary>
    /// <param name="latents">[N,C,…].</param>
    public TensorShape Unpatched(TensorShape latents) => IsPatched(latents)
        ? new TensorShape(latents[0], Channels, latents[2] * PatchSize, latents[3] * PatchSize)
        : latents;

    /// <summary>The units of latents: as stated; else model units where they are folded, which no raw latent is; else the graph's own.</summary>
    /// <param name="latents">[N,C,…].</param>
    /// <param name="stated">What is said of them; null for nothing.</param>
    public LatentUnits UnitsOf(TensorShape latents, LatentUnits? stated) => stated ?? (IsPatched(latents) ? LatentUnits.Model : Units);

    /// <summary>Copies latents into what the graph works on: its units, not folded.</summary>
    /// <param name="latents">[N,C,…], or folded; not changed.</param>
    /// <param name="units">Their units; null for <see cref="UnitsOf"/>.</param>
    /// <returns>A buffer that the caller owns.</returns>
    /// <exception cref="ArgumentException">The channels are neither <see cref="Channels"/> nor <see cref="PatchedChannels"/>.</exception>
    /// <exception cref="InvalidOperationException">The units differ and the conversion is not known (<see cref="CanConvert"/>).</exception>
    public TensorBuffer ToGraph(TensorBuffer latents, LatentUnits? units)
    {
        ArgumentNullException.ThrowIfNull(latents);
        var converted = IsPatched(latents.Shape) ? LatentPatches.Unfold(latents, this) : TensorBuffer.CopyOf(latents.Shape, latents.Span);
        try
        {
            Convert(converted, UnitsOf(latents.Shape, units), Units);
            return converted;
        }
        catch
        {
            converted.Dispose();
            throw;
        }
    }

    /// <summary>Converts latents in place; does nothing where both units are the same.</summary>
    /// <param name="latents">[N,C,…], not folded; changed in place.</param>
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
            var values = latents.Span.Slice(offset, plane);
            var channel = offset / plane % Channels;
            if (PatchSize > 1 && Mean is not null)
            {
                LatentPatches.Scale(values, (int)latents.Shape[^1], PatchSize, cell => Affine((channel * PatchSize * PatchSize) + cell, to));
            }
            else
            {
                var (factor, bias) = Affine(channel, to);
                TensorPrimitives.Multiply(values, factor, values);
                TensorPrimitives.Add(values, bias, values);
            }
        }
    }

    // The factor and bias to raw or model units, made in double so that going there and back stays within float rounding.
    private (float Factor, float Bias) Affine(int channel, LatentUnits to)
    {
        var scaling = Scaling ?? 1;
        var (factor, bias) = Mean is null
            ? (scaling, -(Shift ?? 0) * scaling)
            : (scaling / (Std?[channel] ?? 1), -Mean[channel] * scaling / (Std?[channel] ?? 1));
        return to == LatentUnits.Model ? ((float)factor, (float)bias) : ((float)(1 / factor), (float)(-bias / factor));
    }
}
