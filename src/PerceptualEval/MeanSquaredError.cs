using System.Numerics;
using System.Runtime.InteropServices;

namespace PerceptualEval;

/// <summary>mean((a − b)²) with differences and sums in double.</summary>
internal static class MeanSquaredError
{
    /// <summary>Computes the mean squared difference of two spans of the same length, at least 1.</summary>
    public static double Compute(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        var sum = Vector<double>.Zero;
        var vectorsOfA = MemoryMarshal.Cast<float, Vector<float>>(a);
        var vectorsOfB = MemoryMarshal.Cast<float, Vector<float>>(b[..a.Length]);
        for (var i = 0; i < vectorsOfA.Length; i++)
        {
            Vector.Widen(vectorsOfA[i], out var lowA, out var highA);
            Vector.Widen(vectorsOfB[i], out var lowB, out var highB);
            var low = lowA - lowB;
            var high = highA - highB;
            sum += (low * low) + (high * high);
        }

        var total = Vector.Sum(sum);
        for (var i = vectorsOfA.Length * Vector<float>.Count; i < a.Length; i++)
        {
            var difference = (double)a[i] - b[i];
            total += difference * difference;
        }

        return total / a.Length;
    }
}
