using System.Numerics.Tensors;

namespace PerceptualEval.Statistics;

/// <summary>How one measure of the same samples differs between a candidate and a baseline; negative where the candidate is lower, that is better.</summary>
/// <param name="Count">How many samples are compared.</param>
/// <param name="Mean">The mean of candidate − baseline over the samples, in the unit of the measure.</param>
/// <param name="Ci95">Its 95 % interval, by <see cref="Bootstrap"/> of the paired differences; null below two samples.</param>
/// <param name="WinRate">The share of samples in which the candidate is lower; equal ones count half.</param>
/// <param name="P">The p-value of <see cref="WilcoxonSignedRank"/>.</param>
public sealed record PairedDifference(int Count, double Mean, ConfidenceInterval? Ci95, double WinRate, double P)
{
    /// <summary>Compares two measurements of the same samples.</summary>
    /// <param name="candidate">Finite values; at least one.</param>
    /// <param name="baseline">As many finite values, of the same samples in the same order.</param>
    /// <param name="seed">The seed of the interval.</param>
    /// <param name="cancellationToken">Stops the resampling.</param>
    /// <exception cref="ArgumentException">There are none, or not as many.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static PairedDifference Of(ReadOnlySpan<double> candidate, ReadOnlySpan<double> baseline, long seed, CancellationToken cancellationToken = default)
    {
        if (candidate.IsEmpty || candidate.Length != baseline.Length)
        {
            throw new ArgumentException($"{candidate.Length} and {baseline.Length} values; expected as many, at least one.", nameof(baseline));
        }

        var differences = new double[candidate.Length];
        TensorPrimitives.Subtract(candidate, baseline, differences);
        return Of(differences, Bootstrap.MeanInterval(differences, seed, cancellationToken));
    }

    /// <summary>The same, of differences whose interval is known.</summary>
    /// <param name="differences">Candidate − baseline, by sample; at least one.</param>
    /// <param name="interval">The interval of their mean; null below two.</param>
    internal static PairedDifference Of(double[] differences, ConfidenceInterval? interval)
    {
        var wins = differences.Sum(difference => difference < 0 ? 1 : difference == 0 ? 0.5 : 0);
        return new PairedDifference(
            differences.Length,
            TermSummary.Of(differences).Mean!.Value,
            interval,
            wins / differences.Length,
            WilcoxonSignedRank.PValue(differences));
    }
}
