using System.Diagnostics;
using System.Runtime.Intrinsics;

namespace PerceptualEval.Benchmarks;

/// <summary>What the processor can do at best: float32 fused multiply-adds in registers, nothing else.</summary>
internal static class FmaPeak
{
    private const int Rounds = 10_000_000;

    // Chains that do not wait for each other: two units, four cycles each. Without AVX-512 a chain is two.
    private const int Chains = 8;

    /// <summary>The most GFLOP/s that a few threads reach together in a few runs; a fused multiply-add counts as two operations.</summary>
    public static double Measure(int threads)
    {
        var best = 0.0;
        for (var run = 0; run < 10; run++)
        {
            var start = Stopwatch.GetTimestamp();
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => Multiply());
            var operations = 2.0 * threads * Rounds * Chains * Vector512<float>.Count;
            best = Math.Max(best, operations / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
        }

        return best;
    }

    private static float Multiply()
    {
        var factor = Vector512.Create(0.999f);
        var (a, b, c, d) = (factor, factor, factor, factor);
        var (e, f, g, h) = (factor, factor, factor, factor);
        for (var round = 0; round < Rounds; round++)
        {
            a = Next(a, factor);
            b = Next(b, factor);
            c = Next(c, factor);
            d = Next(d, factor);
            e = Next(e, factor);
            f = Next(f, factor);
            g = Next(g, factor);
            h = Next(h, factor);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h);
    }

    private static Vector512<float> Next(Vector512<float> value, Vector512<float> factor) => Vector512.FusedMultiplyAdd(value, factor, factor);
}
