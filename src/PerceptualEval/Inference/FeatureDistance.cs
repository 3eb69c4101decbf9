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
/// double and in a fixed order, so the result does not depend on the number of threads or on the rest of the batch. Multiplying and adding is
/// one rounding where the CPU can do that.
/// </remarks>
/// <param name="heads">The weights w of each layer's channels.</param>
/// <param name="threads">How many threads to use at most.</param>
internal sealed class FeatureDistance(IReadOnlyList<float[]> heads, int threads)
{
    // lpips/__init__.py, normalize_tensor: added to the norm, outside the root.
    private const float Epsilon = 1e-10f;

    // Values of both images in a tile: half a megabyte, what a core's second-level cache holds.
    private const int TileValues = 1 << 17;

    // The sums are read and written a quarter as often as with one. Networks have multiples of it; what is beyond one goes value by value.
    private const int ChannelsAtOnce = 4;

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
        var ofA = scratch[..length];
        var ofB = scratch.Slice(LongestTile, length);
        var distance = scratch.Slice(2 * LongestTile, length);
        InverseNorms(a, plane, start, head.Length, ofA);
        InverseNorms(b, plane, start, head.Length, ofB);
        distance.Clear();
        for (var channel = 0; channel < head.Length; channel += ChannelsAtOnce)
        {
            var weights = head.AsSpan(channel, Math.Min(ChannelsAtOnce, head.Length - channel));
            AddDifferences(a[((channel * plane) + start)..], ofA, b[((channel * plane) + start)..], ofB, plane, weights, distance);
        }

        var sum = 0.0;
        foreach (var value in distance)
        {
            sum += value;
        }

        return sum;
    }

    private static void InverseNorms(ReadOnlySpan<float> x, int plane, int start, int channels, Span<float> norms)
    {
        norms.Clear();
        for (var channel = 0; channel < channels; channel += ChannelsAtOnce)
        {
            AddSquares(x[((channel * plane) + start)..], plane, Math.Min(ChannelsAtOnce, channels - channel), norms);
        }

        TensorPrimitives.Sqrt(norms, norms);
        TensorPrimitives.Add(norms, Epsilon, norms);
        TensorPrimitives.Divide(1f, norms, norms);
    }

    // x begins with the first value of the first channel; the next channels' lie a plane apart.
    private static void AddSquares(ReadOnlySpan<float> x, int plane, int channels, Span<float> sums)
    {
        nuint i = 0;
        if (channels == ChannelsAtOnce)
        {
            ref var values = ref MemoryMarshal.GetReference(x[..((3 * plane) + sums.Length)]);
            ref var total = ref MemoryMarshal.GetReference(sums);
            var (second, third, fourth) = ((nuint)plane, 2 * (nuint)plane, 3 * (nuint)plane);
            for (; i + (nuint)Vector<float>.Count <= (nuint)sums.Length; i += (nuint)Vector<float>.Count)
            {
                var sum = AddSquare(Vector.LoadUnsafe(ref values, i), Vector.LoadUnsafe(ref total, i));
                sum = AddSquare(Vector.LoadUnsafe(ref values, i + second), sum);
                sum = AddSquare(Vector.LoadUnsafe(ref values, i + third), sum);
                AddSquare(Vector.LoadUnsafe(ref values, i + fourth), sum).StoreUnsafe(ref total, i);
            }
        }

        for (var channel = 0; channel < channels; channel++)
        {
            var row = x.Slice(channel * plane, sums.Length);
            for (var j = (int)i; j < row.Length; j++)
            {
                sums[j] = float.MultiplyAddEstimate(row[j], row[j], sums[j]);
            }
        }

        static Vector<float> AddSquare(Vector<float> x, Vector<float> sum) => Vector.MultiplyAddEstimate(x, x, sum);
    }

    // The same operations on both images, so that equal features differ by exactly 0 and the order of the two does not matter.
    private static void AddDifferences(
        ReadOnlySpan<float> a, ReadOnlySpan<float> inverseA, ReadOnlySpan<float> b, ReadOnlySpan<float> inverseB, int plane, ReadOnlySpan<float> weights, Span<float> sums)
    {
        nuint i = 0;
        if (weights.Length == ChannelsAtOnce)
        {
            ref var x = ref MemoryMarshal.GetReference(a[..((3 * plane) + sums.Length)]);
            ref var y = ref MemoryMarshal.GetReference(b[..((3 * plane) + sums.Length)]);
            ref var inversesX = ref MemoryMarshal.GetReference(inverseA[..sums.Length]);
            ref var inversesY = ref MemoryMarshal.GetReference(inverseB[..sums.Length]);
            ref var total = ref MemoryMarshal.GetReference(sums);
            var (second, third, fourth) = ((nuint)plane, 2 * (nuint)plane, 3 * (nuint)plane);
            var (w0, w1, w2, w3) = (new Vector<float>(weights[0]), new Vector<float>(weights[1]), new Vector<float>(weights[2]), new Vector<float>(weights[3]));
            for (; i + (nuint)Vector<float>.Count <= (nuint)sums.Length; i += (nuint)Vector<float>.Count)
            {
                var (inverseX, inverseY) = (Vector.LoadUnsafe(ref inversesX, i), Vector.LoadUnsafe(ref inversesY, i));
                var sum = AddSquare((Vector.LoadUnsafe(ref x, i) * inverseX) - (Vector.LoadUnsafe(ref y, i) * inverseY), w0, Vector.LoadUnsafe(ref total, i));
                sum = AddSquare((Vector.LoadUnsafe(ref x, i + second) * inverseX) - (Vector.LoadUnsafe(ref y, i + second) * inverseY), w1, sum);
                sum = AddSquare((Vector.LoadUnsafe(ref x, i + third) * inverseX) - (Vector.LoadUnsafe(ref y, i + third) * inverseY), w2, sum);
                AddSquare((Vector.LoadUnsafe(ref x, i + fourth) * inverseX) - (Vector.LoadUnsafe(ref y, i + fourth) * inverseY), w3, sum).StoreUnsafe(ref total, i);
            }
        }

        for (var channel = 0; channel < weights.Length; channel++)
        {
            var rowA = a.Slice(channel * plane, sums.Length);
            var rowB = b.Slice(channel * plane, sums.Length);
            for (var j = (int)i; j < rowA.Length; j++)
            {
                var difference = (rowA[j] * inverseA[j]) - (rowB[j] * inverseB[j]);
                sums[j] = float.MultiplyAddEstimate(weights[channel] * difference, difference, sums[j]);
            }
        }

        static Vector<float> AddSquare(Vector<float> difference, Vector<float> weight, Vector<float> sum) => Vector.MultiplyAddEstimate(weight * difference, difference, sum);
    }

    // One layer's tiles among all: the first one's index, and pixels of the layer and of a tile.
    private readonly record struct LayerTiling(int First, int Samples, int Plane, int Length)
    {
        public int PerSample => (Plane + Length - 1) / Length;

        public int Next => First + (Samples * PerSample);
    }
}
