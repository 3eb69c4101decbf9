using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;

namespace PerceptualEval.Inference;

/// <summary>
/// Compares LPIPS features on the CPU: mean over the pixels of Σ w·(a/(‖a‖ + ε) − b/(‖b‖ + ε))², with the norm and the sum over the channels.
/// </summary>
/// <remarks>
/// After the convolutions memory is what bounds LPIPS. As graph operators this takes fourteen passes over the features; here a tile of
/// pixels is read once for the norms and, while it still is in the cache, once for the differences. Pixels and tiles are added up in
/// double and in a fixed order, so the result does not depend on the number of threads or on the rest of the batch.
/// </remarks>
/// <param name="heads">The weights w of each layer's channels.</param>
/// <param name="threads">How many threads to use at most.</param>
internal sealed class FeatureDistance(IReadOnlyList<float[]> heads, int threads)
{
    // lpips/__init__.py, normalize_tensor: added to the norm, outside the root.
    private const float Epsilon = 1e-10f;

    // Values of both images in a tile: half a megabyte, what a core's second-level cache holds.
    private const int TileValues = 1 << 17;

    // Beyond that longer rows win nothing, and the norms should stay in the first-level cache.
    private const int LongestTile = 1024;

    private readonly ParallelOptions _parallel = new() { MaxDegreeOfParallelism = threads };

    /// <summary>Compares two sets of features, pair by pair.</summary>
    /// <param name="a">One [N,C,h,w] per layer, in the CPU's memory.</param>
    /// <param name="b">As many of the same shapes.</param>
    /// <returns>For every pair its layers' distances.</returns>
    public double[][] Compare(IReadOnlyList<OrtValue> a, IReadOnlyList<OrtValue> b)
    {
        var distances = new double[a[0].GetTensorTypeAndShape().Shape[0]][];
        for (var sample = 0; sample < distances.Length; sample++)
        {
            distances[sample] = new double[heads.Count];
        }

        var tilings = Tilings(a);
        var sums = new double[tilings[^1].Next];
        Parallel.For(0, sums.Length, _parallel, i => sums[i] = SumOfTile(a, b, tilings, i));
        foreach (var (layer, tiling) in tilings.Index())
        {
            for (var i = tiling.First; i < tiling.Next; i++)
            {
                distances[(i - tiling.First) / tiling.PerSample][layer] += sums[i] / tiling.Plane;
            }
        }

        return distances;
    }

    // The tiles of all layers in one row: one parallel loop instead of one a layer.
    private LayerTiling[] Tilings(IReadOnlyList<OrtValue> features)
    {
        var tilings = new LayerTiling[heads.Count];
        var first = 0;
        for (var layer = 0; layer < tilings.Length; layer++)
        {
            var shape = features[layer].GetTensorTypeAndShape().Shape;
            var plane = (int)(shape[2] * shape[3]);
            var length = Math.Clamp(TileValues / (2 * heads[layer].Length), Vector<float>.Count, LongestTile);
            tilings[layer] = new LayerTiling(first, (int)shape[0], plane, length);
            first = tilings[layer].Next;
        }

        return tilings;
    }

    private double SumOfTile(IReadOnlyList<OrtValue> a, IReadOnlyList<OrtValue> b, LayerTiling[] tilings, int index)
    {
        var layer = 0;
        while (index >= tilings[layer].Next)
        {
            layer++;
        }

        var (tiling, head) = (tilings[layer], heads[layer]);
        var (sample, tile) = int.DivRem(index - tiling.First, tiling.PerSample);
        var (start, values) = (tile * tiling.Length, head.Length * tiling.Plane);
        return SumOfTile(
            a[layer].GetTensorDataAsSpan<float>().Slice(sample * values, values), b[layer].GetTensorDataAsSpan<float>().Slice(sample * values, values),
            tiling.Plane, start, Math.Min(tiling.Length, tiling.Plane - start), head);
    }

    private static double SumOfTile(ReadOnlySpan<float> a, ReadOnlySpan<float> b, int plane, int start, int length, float[] head)
    {
        Span<float> scratch = stackalloc float[3 * LongestTile];
        scratch.Clear();
        var ofA = scratch[..length];
        var ofB = scratch.Slice(LongestTile, length);
        var distance = scratch.Slice(2 * LongestTile, length);
        for (var channel = 0; channel < head.Length; channel++)
        {
            var row = (channel * plane) + start;
            AddSquares(a.Slice(row, length), ofA);
            AddSquares(b.Slice(row, length), ofB);
        }

        ToInverseNorms(ofA);
        ToInverseNorms(ofB);
        for (var channel = 0; channel < head.Length; channel++)
        {
            var row = (channel * plane) + start;
            AddDifferences(a.Slice(row, length), ofA, b.Slice(row, length), ofB, head[channel], distance);
        }

        var sum = 0.0;
        foreach (var value in distance)
        {
            sum += value;
        }

        return sum;
    }

    private static void AddSquares(ReadOnlySpan<float> x, Span<float> sums)
    {
        var vectors = MemoryMarshal.Cast<float, Vector<float>>(x);
        var totals = MemoryMarshal.Cast<float, Vector<float>>(sums);
        for (var i = 0; i < totals.Length && i < vectors.Length; i++)
        {
            totals[i] += vectors[i] * vectors[i];
        }

        for (var i = vectors.Length * Vector<float>.Count; i < sums.Length; i++)
        {
            sums[i] += x[i] * x[i];
        }
    }

    private static void ToInverseNorms(Span<float> squares)
    {
        TensorPrimitives.Sqrt(squares, squares);
        TensorPrimitives.Add(squares, Epsilon, squares);
        TensorPrimitives.Divide(1f, squares, squares);
    }

    // The same operations on both images, so that equal features differ by exactly 0 and the order of the two does not matter.
    private static void AddDifferences(
        ReadOnlySpan<float> a, ReadOnlySpan<float> inverseA, ReadOnlySpan<float> b, ReadOnlySpan<float> inverseB, float weight, Span<float> sums)
    {
        var x = MemoryMarshal.Cast<float, Vector<float>>(a);
        var y = MemoryMarshal.Cast<float, Vector<float>>(b);
        var scaleX = MemoryMarshal.Cast<float, Vector<float>>(inverseA);
        var scaleY = MemoryMarshal.Cast<float, Vector<float>>(inverseB);
        var totals = MemoryMarshal.Cast<float, Vector<float>>(sums);
        for (var i = 0; i < totals.Length && i < x.Length && i < y.Length && i < scaleX.Length && i < scaleY.Length; i++)
        {
            var difference = (x[i] * scaleX[i]) - (y[i] * scaleY[i]);
            totals[i] += weight * difference * difference;
        }

        for (var i = x.Length * Vector<float>.Count; i < sums.Length; i++)
        {
            var difference = (a[i] * inverseA[i]) - (b[i] * inverseB[i]);
            sums[i] += weight * difference * difference;
        }
    }

    // One layer's tiles among all: the first one's index, and pixels of the layer and of a tile.
    private readonly record struct LayerTiling(int First, int Samples, int Plane, int Length)
    {
        public int PerSample => (Plane + Length - 1) / Length;

        public int Next => First + (Samples * PerSample);
    }
}
