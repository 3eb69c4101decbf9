using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Auditing;

/// <summary>What the passes over a dataset keep of a sample: a few numbers, never its values.</summary>
/// <param name="Id">The sample.</param>
/// <param name="Shape">The shape of its latent as it is read.</param>
/// <param name="StatedUnits">The units that its file or the user says; null where nobody does.</param>
internal sealed record AuditedSample(string Id, TensorShape Shape, LatentUnits? StatedUnits)
{
    /// <summary>The latent channels.</summary>
    public int Channels => (int)Shape[0];

    /// <summary>Cells of one channel.</summary>
    public long Cells => Shape.ElementCount / Shape[0];

    /// <summary>Values that are NaN.</summary>
    public required long NaN { get; init; }

    /// <summary>Values that are infinite.</summary>
    public required long Infinite { get; init; }

    /// <summary>Values that are exactly 0.</summary>
    public required long Zeros { get; init; }

    /// <summary>Whether every channel holds one value only.</summary>
    public required bool IsConstant { get; init; }

    /// <summary>The share of the second half of the channels' values that have the half's more frequent sign; 1 for a posterior's spread, near 0.5 for a latent.</summary>
    public required double SecondHalfSameSign { get; init; }

    /// <summary>The mean of the second half of the channels.</summary>
    public required double SecondHalfMean { get; init; }

    /// <summary>The standard deviation of all finite values.</summary>
    public required double Std { get; init; }

    /// <summary>The mean of each channel's finite values.</summary>
    public required float[] Means { get; init; }

    /// <summary>The standard deviation of each channel's finite values.</summary>
    public required float[] Stds { get; init; }

    /// <summary>Hash of shape and values; equal for equal latents and for no others that will ever be met.</summary>
    public required UInt128 Hash { get; init; }

    /// <summary>What decoding it has shown; null where it was not decoded.</summary>
    public DecodedSample? Decoded { get; set; }

    /// <summary>Whether all values are finite and not all alike: what the statistics of the dataset are made of.</summary>
    public bool IsHealthy => IsDecodable && !IsConstant;

    /// <summary>Whether decoding it can show anything: all values are finite, and not all are 0.</summary>
    public bool IsDecodable => NaN + Infinite == 0 && Zeros < Shape.ElementCount;
}
