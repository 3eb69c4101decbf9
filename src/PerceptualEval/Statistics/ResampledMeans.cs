using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace PerceptualEval.Statistics;

/// <summary>The means of samples that are drawn again and again, with replacement; measures of the same samples share the draws.</summary>
internal static class ResampledMeans
{
    // A cache line: one draw fetches the values of so many measures at once, and drawing is what takes the time.
    private static readonly int Lanes = Vector512<double>.Count;

    /// <summary>Draws resamples, on all cores.</summary>
    /// <param name="measures">Measures of the same samples; all as long as the first, which has a value.</param>
    /// <param name="resamples">How many resamples.</param>
    /// <param name="seed">Decides them, whatever the number of threads and of measures.</param>
    /// <param name="cancellationToken">Stops between two resamples.</param>
    /// <returns>For each measure the means of its resamples.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static double[][] Of(IReadOnlyList<double[]> measures, int resamples, long seed, CancellationToken cancellationToken)
    {
        var means = measures.Select(_ => new double[resamples]).ToArray();
        foreach (var lanes in Enumerable.Range(0, measures.Count).Chunk(Lanes))
        {
            var samples = SideBySide(Array.ConvertAll(lanes, lane => measures[lane]));
            Parallel.For(0, resamples, new ParallelOptions { CancellationToken = cancellationToken }, resample =>
            {
                var sum = Sum(samples, new SplitMix64(seed, resample));
                foreach (var (lane, measure) in lanes.Index())
                {
                    means[measure][resample] = sum[lane] / samples.Length;
                }
            });
        }

        return means;
    }

    private static Vector512<double> Sum(Vector512<double>[] samples, SplitMix64 random)
    {
        var sum = Vector512<double>.Zero;
        for (var draw = 0; draw < samples.Length; draw++)
        {
            sum += samples[random.Next(samples.Length)];
        }

        return sum;
    }

    // One vector for each sample; lanes beyond the measures stay 0.
    private static Vector512<double>[] SideBySide(double[][] measures)
    {
        var samples = new Vector512<double>[measures[0].Length];
        var values = MemoryMarshal.Cast<Vector512<double>, double>(samples.AsSpan());
        for (var lane = 0; lane < measures.Length; lane++)
        {
            for (var i = 0; i < samples.Length; i++)
            {
                values[(i * Lanes) + lane] = measures[lane][i];
            }
        }

        return samples;
    }
}
