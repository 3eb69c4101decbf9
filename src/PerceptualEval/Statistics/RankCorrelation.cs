using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace PerceptualEval.Statistics;

/// <summary>Spearman's rank correlation, as <c>scipy.stats.spearmanr</c>: whether two measures put samples in the same order.</summary>
/// <param name="Rho">1 for the same order, 0 for no relation, −1 for the opposite order. Ties get their mean rank.</param>
/// <param name="P">The two-sided p-value of no relation, by Student's t; null for two values, which are always in some order.</param>
public sealed record RankCorrelation(double Rho, double? P)
{
    /// <summary>Correlates two measures of the same samples.</summary>
    /// <param name="a">Finite values.</param>
    /// <param name="b">As many finite values.</param>
    /// <returns>The correlation; null below two values, and where one measure is the same for all, so that it orders nothing.</returns>
    /// <exception cref="ArgumentException">There are not as many.</exception>
    public static RankCorrelation? Of(IReadOnlyCollection<double> a, IReadOnlyCollection<double> b)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        if (a.Count != b.Count)
        {
            throw new ArgumentException($"{a.Count} and {b.Count} values; expected two measures of the same samples.", nameof(b));
        }

        // Ranks of equal values have no spread, and the quotient no value.
        var rho = a.Count < 2 ? double.NaN : Correlation.Spearman(a, b);
        if (!double.IsFinite(rho))
        {
            return null;
        }

        rho = Math.Clamp(rho, -1, 1);
        var freedom = a.Count - 2;
        return new RankCorrelation(rho, freedom == 0 ? null : PValue(rho, freedom));
    }

    private static double PValue(double rho, int freedom)
    {
        var t = Math.Abs(rho) * Math.Sqrt(freedom / ((1 - rho) * (1 + rho)));
        return double.IsFinite(t) ? 2 * StudentT.CDF(location: 0, scale: 1, freedom, -t) : 0;
    }
}
