namespace PerceptualEval.Statistics;

/// <summary>Holm's correction of p-values for the number of comparisons (1979): the more one looks, the more one finds by chance.</summary>
public static class HolmCorrection
{
    /// <summary>Corrects p-values.</summary>
    /// <param name="pValues">The p-values of one family of tests, each between 0 and 1.</param>
    /// <returns>The corrected ones in the same order, each at least what it was and at most 1: below 0.05 means shown at 5 % for all tests together.</returns>
    public static double[] Adjust(IReadOnlyList<double> pValues)
    {
        ArgumentNullException.ThrowIfNull(pValues);
        var adjusted = new double[pValues.Count];
        var largest = 0.0;
        foreach (var (rank, index) in Enumerable.Range(0, adjusted.Length).OrderBy(index => pValues[index]).Index())
        {
            largest = Math.Max(largest, Math.Min(1, (adjusted.Length - rank) * pValues[index]));
            adjusted[index] = largest;
        }

        return adjusted;
    }
}
