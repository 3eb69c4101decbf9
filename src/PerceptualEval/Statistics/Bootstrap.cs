using MathNet.Numerics.Distributions;

namespace PerceptualEval.Statistics;

/// <summary>
/// Bootstrap intervals of a mean, bias-corrected and accelerated (BCa; Efron 1987): what skewed losses need, where a symmetric interval
/// is wrong on both sides. The definition is that of <c>scipy.stats.bootstrap(method="BCa")</c>, its number of resamples too.
/// </summary>
/// <remarks>It takes the values to be independent: frames of one video are not, and make the interval too narrow.</remarks>
public static class Bootstrap
{
    private const int MostResamples = 9_999;
    private const int LeastResamples = 999;

    // A second's work of one core; beyond 10,000 values the mean's distribution is so close to normal that fewer resamples tell its ends.
    private const long DrawsWanted = 100_000_000;
    private const double Tail = 0.025;

    /// <summary>How many resamples are drawn of so many values: 9999 up to 10,000 values, then fewer, at least 999.</summary>
    public static int Resamples(int count) => (int)Math.Clamp(DrawsWanted / Math.Max(1, count), LeastResamples, MostResamples);

    /// <summary>The 95 % interval of the mean.</summary>
    /// <param name="values">Finite values.</param>
    /// <param name="seed">The same seed gives the same interval, on every machine and on however many cores.</param>
    /// <param name="cancellationToken">Stops the resampling.</param>
    /// <returns>The interval, in the unit of the values; equal values have one of no width. Null below two values.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static ConfidenceInterval? MeanInterval(ReadOnlySpan<double> values, long seed, CancellationToken cancellationToken = default) =>
        MeanIntervals([values.ToArray()], seed, cancellationToken)[0];

    /// <summary>The 95 % intervals of the means of several measures of the same samples, each the same as alone; the samples are drawn once for all.</summary>
    /// <param name="measures">The measures' finite values; as many of each, at least one measure.</param>
    /// <param name="seed">The seed.</param>
    /// <param name="cancellationToken">Stops the resampling.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    internal static ConfidenceInterval?[] MeanIntervals(IReadOnlyList<double[]> measures, long seed, CancellationToken cancellationToken = default)
    {
        var count = measures[0].Length;
        if (count < 2)
        {
            return new ConfidenceInterval?[measures.Count];
        }

        return [.. measures.Zip(ResampledMeans.Of(measures, Resamples(count), seed, cancellationToken), Interval)];
    }

    private static ConfidenceInterval? Interval(double[] values, double[] means)
    {
        if (!values.AsSpan().ContainsAnyExcept(values[0]))
        {
            return new ConfidenceInterval(values[0], values[0]);
        }

        Array.Sort(means);
        var bias = Normal.InvCDF(0, 1, ShareBelow(means, Mean(values)));
        var acceleration = Acceleration(values);
        return new ConfidenceInterval(End(Tail), End(1 - Tail));

        double End(double tail)
        {
            var shifted = bias + Normal.InvCDF(0, 1, tail);
            var fraction = Normal.CDF(0, 1, bias + (shifted / (1 - (acceleration * shifted))));

            // Values so close that every resample has the same rounded mean have no bias to correct.
            return Quantile.Of(means, double.IsFinite(fraction) ? fraction : tail);
        }
    }

    // Means that equal the sample's count half, as in SciPy.
    private static double ShareBelow(double[] sortedMeans, double mean)
    {
        var (below, equal) = (0, 0);
        foreach (var resampled in sortedMeans)
        {
            below += resampled < mean ? 1 : 0;
            equal += resampled == mean ? 1 : 0;
        }

        return (below + (0.5 * equal)) / sortedMeans.Length;
    }

    // Of the jackknife: for a mean, leaving one value out moves it by (value - mean) / (n - 1).
    private static double Acceleration(ReadOnlySpan<double> values)
    {
        var mean = Mean(values);
        var (squares, cubes) = (0.0, 0.0);
        foreach (var value in values)
        {
            var influence = value - mean;
            squares += influence * influence;
            cubes += influence * influence * influence;
        }

        return cubes / (6 * Math.Pow(squares, 1.5));
    }

    private static double Mean(ReadOnlySpan<double> values)
    {
        var sum = new CompensatedSum();
        foreach (var value in values)
        {
            sum.Add(value);
        }

        return sum.Value / values.Length;
    }
}
