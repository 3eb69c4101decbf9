namespace PerceptualEval.Statistics;

/// <summary>Quantiles that interpolate linearly between neighbours: type 7 of Hyndman and Fan 1996, the default of numpy and R.</summary>
internal static class Quantile
{
    /// <summary>The value below which a fraction of the values lies.</summary>
    /// <param name="sorted">The values in ascending order; at least one.</param>
    /// <param name="fraction">Between 0 (the smallest) and 1 (the largest).</param>
    public static double Of(ReadOnlySpan<double> sorted, double fraction)
    {
        var position = (sorted.Length - 1) * fraction;
        var below = (int)position;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((sorted[above] - sorted[below]) * (position - below));
    }
}
