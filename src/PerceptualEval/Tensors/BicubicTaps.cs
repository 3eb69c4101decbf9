using System.Buffers;

namespace PerceptualEval.Tensors;

/// <summary>Which source samples make each output sample of a bicubic resize along one axis, and with which weights.</summary>
internal sealed class BicubicTaps : IDisposable
{
    // Keys' parameter. torch and Pillow use −0.5 with antialias (torch without antialias: −0.75).
    private const double A = -0.5;

    // The kernel is zero from a distance of two samples on.
    private const double Radius = 2;

    private readonly int _stride;
    private readonly int[] _firsts;
    private readonly int[] _lengths;
    private readonly double[] _weights;

    /// <summary>Computes the weights; memory comes from the pool until <see cref="Dispose"/>.</summary>
    /// <param name="sourceLength">Samples along the axis before, at least 1.</param>
    /// <param name="length">Samples along the axis after, at least 1.</param>
    public BicubicTaps(int sourceLength, int length)
    {
        Count = length;
        var scale = (double)sourceLength / length;
        var stretch = Math.Max(scale, 1);
        var support = Radius * stretch;
        _stride = Math.Min(sourceLength, (int)Math.Ceiling(2 * support) + 1);
        _firsts = ArrayPool<int>.Shared.Rent(length);
        _lengths = ArrayPool<int>.Shared.Rent(length);
        _weights = ArrayPool<double>.Shared.Rent(checked(length * _stride));
        for (var i = 0; i < length; i++)
        {
            // Pixel centres are at half-integers (align_corners=False).
            var centre = (i + 0.5) * scale;
            var first = Math.Max(0, (int)(centre - support + 0.5));
            var end = Math.Min(sourceLength, (int)(centre + support + 0.5));
            _firsts[i] = first;
            _lengths[i] = end - first;
            Fill(_weights.AsSpan(i * _stride, end - first), first + 0.5 - centre, stretch);
        }
    }

    /// <summary>The number of output samples.</summary>
    public int Count { get; }

    /// <summary>The first source sample of an output sample; the others follow it.</summary>
    public int First(int index) => _firsts[index];

    /// <summary>The weights of an output sample's source samples; they sum to 1.</summary>
    public ReadOnlySpan<double> Weights(int index) => _weights.AsSpan(index * _stride, _lengths[index]);

    /// <summary>Gives the memory back to the pool; the taps must not be used, nor disposed, again.</summary>
    public void Dispose()
    {
        ArrayPool<int>.Shared.Return(_firsts);
        ArrayPool<int>.Shared.Return(_lengths);
        ArrayPool<double>.Shared.Return(_weights);
    }

    private static void Fill(Span<double> weights, double firstOffset, double stretch)
    {
        var sum = 0.0;
        for (var k = 0; k < weights.Length; k++)
        {
            weights[k] = Kernel((firstOffset + k) / stretch);
            sum += weights[k];
        }

        for (var k = 0; k < weights.Length; k++)
        {
            weights[k] /= sum;
        }
    }

    private static double Kernel(double offset)
    {
        var x = Math.Abs(offset);
        return x switch
        {
            < 1 => ((A + 2) * x - (A + 3)) * x * x + 1,
            < Radius => ((A * x - 5 * A) * x + 8 * A) * x - 4 * A,
            _ => 0,
        };
    }
}
