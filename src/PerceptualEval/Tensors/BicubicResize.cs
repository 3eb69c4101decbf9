using System.Buffers;
using System.Numerics;

namespace PerceptualEval.Tensors;

/// <summary>
/// Antialiased bicubic resize, as <c>torch.nn.functional.interpolate(mode="bicubic", antialias=True, align_corners=False)</c>.
/// </summary>
/// <remarks>
/// <para>
/// The kernel is Keys' cubic convolution with a = −0.5 (R. Keys, "Cubic Convolution Interpolation for Digital Image Processing",
/// IEEE TASSP 29, 1981). When shrinking, the kernel is stretched by the scale, so every source pixel counts. Samples that would lie
/// outside the picture are dropped and the remaining weights renormalised. The kernel has negative lobes and nothing is clamped:
/// results may leave the source's range. Without antialias torch uses a = −0.75; that variant is not offered.
/// </para>
/// <para>
/// Weights and sums are double and only the result is rounded to float32, so results agree with torch's float64 computation to
/// half a float32 step; torch's own float32 computation differs from it by up to 6e-6 for values around 1, because its weights are
/// float32. A plane's result does not depend on the planes beside it. Non-finite source values make the pixels near them
/// non-finite.
/// </para>
/// </remarks>
public static class BicubicResize
{
    /// <summary>Resizes every image of a batch.</summary>
    /// <param name="imagesNchw">Shape [N,C,H,W], any range; read only. N and C may be 0, H and W not.</param>
    /// <param name="height">Height of the result in pixels, at least 1.</param>
    /// <param name="width">Width of the result in pixels, at least 1.</param>
    /// <returns>A new buffer of shape [N,C,height,width], owned by the caller; an exact copy where the size stays the same.</returns>
    /// <exception cref="ArgumentException">The shape does not have four dimensions, or an image has no pixels.</exception>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="height"/> or <paramref name="width"/> is less than 1, or the
    /// result has more elements than one buffer can hold.</exception>
    public static TensorBuffer Resize(TensorBuffer imagesNchw, int height, int width)
    {
        ArgumentNullException.ThrowIfNull(imagesNchw);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        var shape = imagesNchw.Shape;
        if (shape.Rank != 4 || shape[2] == 0 || shape[3] == 0)
        {
            throw new ArgumentException($"shape {shape}; expected images [N,3,H,W] of at least one pixel.", nameof(imagesNchw));
        }

        var resized = new TensorBuffer(new TensorShape(shape[0], shape[1], height, width));
        try
        {
            // An empty batch may claim any height and width, also ones that are no ints.
            if (resized.Shape.ElementCount > 0)
            {
                Resize(imagesNchw.Span, (int)shape[2], (int)shape[3], resized.Span, height, width);
            }

            return resized;
        }
        catch
        {
            resized.Dispose();
            throw;
        }
    }

    /// <summary>Resizes planes that lie one behind the other.</summary>
    /// <param name="source">The planes, each <paramref name="sourceHeight"/> × <paramref name="sourceWidth"/> values, row by row.</param>
    /// <param name="sourceHeight">Rows of a source plane, at least 1.</param>
    /// <param name="sourceWidth">Columns of a source plane, at least 1.</param>
    /// <param name="destination">As many planes of <paramref name="height"/> × <paramref name="width"/> values; must not overlap the source.</param>
    /// <param name="height">Rows of a resized plane, at least 1.</param>
    /// <param name="width">Columns of a resized plane, at least 1.</param>
    /// <exception cref="ArgumentException">The source is not a whole number of planes, the destination does not hold as many, or
    /// they overlap.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A height or width is less than 1.</exception>
    public static void Resize(
        ReadOnlySpan<float> source, int sourceHeight, int sourceWidth, Span<float> destination, int height, int width)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sourceHeight, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(sourceWidth, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        var sourcePlane = (long)sourceHeight * sourceWidth;
        var plane = (long)height * width;
        var planes = source.Length / sourcePlane;
        if (source.Length != planes * sourcePlane || destination.Length != planes * plane)
        {
            throw new ArgumentException(
                $"{source.Length} values to {destination.Length}; expected planes of {sourceHeight}x{sourceWidth} = {sourcePlane} " +
                $"values to as many planes of {height}x{width} = {plane}.", nameof(destination));
        }

        if (source.Overlaps(destination))
        {
            throw new ArgumentException("the destination overlaps the source; resizing in place is not possible.", nameof(destination));
        }

        if (sourceHeight == height && sourceWidth == width)
        {
            source.CopyTo(destination);
            return;
        }

        using var rows = new BicubicTaps(sourceHeight, height);
        using var columns = new BicubicTaps(sourceWidth, width);
        var scratch = ArrayPool<double>.Shared.Rent(sourceWidth);
        try
        {
            for (var i = 0; i < planes; i++)
            {
                ResizePlane(source.Slice(i * (int)sourcePlane, (int)sourcePlane), rows, columns,
                    destination.Slice(i * (int)plane, (int)plane), scratch.AsSpan(0, sourceWidth));
            }
        }
        finally
        {
            ArrayPool<double>.Shared.Return(scratch);
        }
    }

    /// <summary>Down the columns first, along the row second, one output row at a time: the scratch row stays in the cache.</summary>
    private static void ResizePlane(
        ReadOnlySpan<float> source, BicubicTaps rows, BicubicTaps columns, Span<float> destination, Span<double> blendedRow)
    {
        for (var y = 0; y < rows.Count; y++)
        {
            blendedRow.Clear();
            var weights = rows.Weights(y);
            for (var k = 0; k < weights.Length; k++)
            {
                AddScaled(source.Slice((rows.First(y) + k) * blendedRow.Length, blendedRow.Length), weights[k], blendedRow);
            }

            var output = destination.Slice(y * columns.Count, columns.Count);
            for (var x = 0; x < output.Length; x++)
            {
                var taps = columns.Weights(x);
                output[x] = (float)Dot(taps, blendedRow.Slice(columns.First(x), taps.Length));
            }
        }
    }

    private static void AddScaled(ReadOnlySpan<float> row, double weight, Span<double> sum)
    {
        var x = 0;
        for (; x <= row.Length - Vector<float>.Count; x += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(row[x..]), out var low, out var high);
            var sumLow = sum[x..];
            var sumHigh = sum[(x + Vector<double>.Count)..];
            (new Vector<double>(sumLow) + low * weight).CopyTo(sumLow);
            (new Vector<double>(sumHigh) + high * weight).CopyTo(sumHigh);
        }

        for (; x < row.Length; x++)
        {
            sum[x] += row[x] * weight;
        }
    }

    /// <summary>Not TensorPrimitives.Dot: its summation order may depend on alignment, and a sample's score must not.</summary>
    private static double Dot(ReadOnlySpan<double> weights, ReadOnlySpan<double> values)
    {
        var sums = Vector<double>.Zero;
        var k = 0;
        for (; k <= weights.Length - Vector<double>.Count; k += Vector<double>.Count)
        {
            sums += new Vector<double>(weights[k..]) * new Vector<double>(values[k..]);
        }

        var sum = Vector.Sum(sums);
        for (; k < weights.Length; k++)
        {
            sum += weights[k] * values[k];
        }

        return sum;
    }
}
