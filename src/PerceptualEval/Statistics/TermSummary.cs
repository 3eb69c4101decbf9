using MathNet.Numerics.Distributions;

namespace PerceptualEval.Statistics;

/// <summary>
/// How one term of the loss is distributed over the samples. Every number has the unit of the term, and lower is better.
/// All are null where there are no values; the spread and the interval of the mean need two.
/// </summary>
/// <param name="Mean">The arithmetic mean.</param>
/// <param name="Std">The sample standard deviation (divided by n − 1), at least 0; null below two values.</param>
/// <param name="Min">The smallest value.</param>
/// <param name="P50">The median.</param>
/// <param name="P95">The 95th percentile: 95 % of the values are about this or lower.</param>
/// <param name="Max">The largest value.</param>
/// <param name="Ci95">The 95 % confidence interval of the mean; null below two values. Student's t, in a comparison of checkpoints <see cref="Bootstrap"/>'s.</param>
/// <remarks>
/// Percentiles are exact and interpolate linearly between neighbours (type 7 of Hyndman and Fan 1996, the default of numpy and R).
/// The interval takes the samples to be independent: frames of one video are not, and make it too narrow.
/// </remarks>
public sealed record TermSummary(
    double? Mean, double? Std, double? Min, double? P50, double? P95, double? Max, ConfidenceInterval? Ci95)
{
    private static readonly TermSummary Empty = new(null, null, null, null, null, null, null);

    /// <summary>Summarizes values; their order does not matter, down to the last bit.</summary>
    /// <param name="values">Finite values, of any magnitude below 1e150 (their squares are summed); copied, not kept.</param>
    /// <returns>The summary, in the unit of the values.</returns>
    /// <exception cref="ArgumentException">A value is NaN or infinite.</exception>
    public static TermSummary Of(ReadOnlySpan<double> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            if (!double.IsFinite(values[i]))
            {
                var found = FormattableString.Invariant($"value {i} of {values.Length} is {values[i]}");
                throw new ArgumentException($"{found}; a summary takes finite values: count the others apart.", nameof(values));
            }
        }

        if (values.IsEmpty)
        {
            return Empty;
        }

        // Sorted for the percentiles; summing in that order also makes every result independent of the order of arrival.
        var sorted = values.ToArray();
        Array.Sort(sorted);
        var mean = MeanOf(sorted);
        double? std = sorted.Length < 2 ? null : StandardDeviation(sorted, mean);
        return new TermSummary(
            mean, std, sorted[0], Quantile.Of(sorted, 0.50), Quantile.Of(sorted, 0.95), sorted[^1],
            std is { } spread ? MeanInterval(mean, spread, sorted.Length) : null);
    }

    // Summed as distances from the smallest, so that equal values have exactly their own mean and a standard deviation of exactly 0.
    private static double MeanOf(double[] sorted)
    {
        var sum = new CompensatedSum();
        foreach (var value in sorted)
        {
            sum.Add(value - sorted[0]);
        }

        return sorted[0] + sum.Value / sorted.Length;
    }

    private static double StandardDeviation(double[] values, double mean)
    {
        var squares = new CompensatedSum();
        foreach (var value in values)
        {
            squares.Add((value - mean) * (value - mean));
        }

        return Math.Sqrt(squares.Value / (values.Length - 1));
    }

    private static ConfidenceInterval MeanInterval(double mean, double std, int count)
    {
        const double upperTail = 0.975;
        var halfWidth = StudentT.InvCDF(location: 0, scale: 1, freedom: count - 1, p: upperTail) * std / Math.Sqrt(count);
        return new ConfidenceInterval(mean - halfWidth, mean + halfWidth);
    }
}
