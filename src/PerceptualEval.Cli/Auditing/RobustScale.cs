namespace PerceptualEval.Cli.Auditing;

/// <summary>Centre and spread of numbers, both unmoved by outliers: up to half of the numbers may be wrong.</summary>
/// <param name="Median">The median.</param>
/// <param name="Spread">1.4826 times the median absolute deviation, which is the standard deviation of a normal distribution; at least the floor.</param>
internal readonly record struct RobustScale(double Median, double Spread)
{
    // 1 / Φ⁻¹(3/4).
    private const double NormalConsistency = 1.4826;

    /// <summary>Measures numbers.</summary>
    /// <param name="values">At least one; sorted in place.</param>
    /// <param name="floor">The least spread, above 0: below it differences mean nothing.</param>
    public static RobustScale Of(double[] values, double floor)
    {
        var median = MedianOf(values);
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = Math.Abs(values[i] - median);
        }

        return new RobustScale(median, Math.Max(floor, NormalConsistency * MedianOf(values)));
    }

    /// <summary>The median; NaN of no values.</summary>
    /// <param name="values">The values; sorted in place.</param>
    public static double MedianOf(double[] values)
    {
        if (values.Length == 0)
        {
            return double.NaN;
        }

        Array.Sort(values);
        var middle = values.Length / 2;
        return values.Length % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    }

    /// <summary>How many spreads a number is above the median; negative below it.</summary>
    public double Score(double value) => (value - Median) / Spread;
}
