using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace PerceptualEval.Statistics;

/// <summary>
/// Wilcoxon's signed-rank test of paired differences (1945): are they as often and as far above 0 as below? Differences of exactly 0
/// are left out, as with <c>scipy.stats.wilcoxon(zero_method="wilcox")</c>.
/// </summary>
public static class WilcoxonSignedRank
{
    /// <summary>Up to so many differences the p-value is exact, where none are 0 and none tie; else it is the normal approximation's, corrected for ties.</summary>
    public const int MostForExact = 50;

    /// <summary>The two-sided p-value.</summary>
    /// <param name="differences">Finite differences, of whatever unit.</param>
    /// <returns>How likely differences at least so lopsided are where there is nothing to show: between 0 and 1; 1 where all are 0.</returns>
    public static double PValue(ReadOnlySpan<double> differences)
    {
        var nonZero = differences.ToArray().Where(difference => difference != 0).ToArray();
        if (nonZero.Length == 0)
        {
            return 1;
        }

        var sizes = Array.ConvertAll(nonZero, Math.Abs);
        var ranks = ArrayStatistics.RanksInplace((double[])sizes.Clone(), RankDefinition.Average);
        var above = nonZero.Zip(ranks).Where(pair => pair.First > 0).Sum(pair => pair.Second);
        var tieCorrection = sizes.CountBy(size => size).Sum(tie => Math.Pow(tie.Value, 3) - tie.Value);
        return differences.Length <= MostForExact && nonZero.Length == differences.Length && tieCorrection == 0
            ? Exact((int)above, nonZero.Length)
            : Approximate(above, nonZero.Length, tieCorrection);
    }

    private static double Exact(int rankSumAbove, int count)
    {
        // How many of the 2^n choices of signs give each rank sum; all below 2^53, so doubles hold them exactly.
        var ways = new double[(count * (count + 1) / 2) + 1];
        ways[0] = 1;
        for (var rank = 1; rank <= count; rank++)
        {
            for (var sum = ways.Length - 1; sum >= rank; sum--)
            {
                ways[sum] += ways[sum - rank];
            }
        }

        var all = Math.Pow(2, count);
        var atMost = ways.Take(rankSumAbove + 1).Sum() / all;
        var atLeast = ways.Skip(rankSumAbove).Sum() / all;
        return Math.Min(1, 2 * Math.Min(atMost, atLeast));
    }

    private static double Approximate(double rankSumAbove, double count, double tieCorrection)
    {
        var expected = count * (count + 1) / 4;
        var variance = ((count * (count + 1) * ((2 * count) + 1)) - (tieCorrection / 2)) / 24;
        return 2 * Normal.CDF(0, 1, -Math.Abs(rankSumAbove - expected) / Math.Sqrt(variance));
    }
}
