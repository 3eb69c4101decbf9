using PerceptualEval.Statistics;

namespace PerceptualEval.Comparisons;

/// <summary>One term of a checkpoint, or its difference to a baseline, over the samples where it is finite; and the interval of its mean.</summary>
/// <param name="samples">The samples' numbers, in ascending order.</param>
/// <param name="values">Their values; at least one.</param>
internal sealed class Measure(int[] samples, double[] values)
{
    private readonly int[] _samples = samples;

    /// <summary>The values, in the order of the samples.</summary>
    public double[] Values => values;

    /// <summary>The 95 % interval of the mean; null below two samples, and before <see cref="Bootstrap"/>.</summary>
    public ConfidenceInterval? Interval { get; private set; }

    /// <summary>Computes the intervals. Measures of the same samples, in most runs all of them, share their resamples.</summary>
    /// <param name="measures">The measures.</param>
    /// <param name="seed">The seed of the intervals.</param>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public static void Bootstrap(IEnumerable<Measure> measures, long seed, CancellationToken cancellationToken)
    {
        foreach (var group in BySamples(measures))
        {
            var intervals = Statistics.Bootstrap.MeanIntervals([.. group.Select(measure => measure.Values)], seed, cancellationToken);
            foreach (var (measure, interval) in group.Zip(intervals))
            {
                measure.Interval = interval;
            }
        }
    }

    private static List<List<Measure>> BySamples(IEnumerable<Measure> measures)
    {
        List<List<Measure>> groups = [];
        foreach (var measure in measures)
        {
            if (groups.Find(group => group[0].HasSamplesOf(measure)) is { } group)
            {
                group.Add(measure);
            }
            else
            {
                groups.Add([measure]);
            }
        }

        return groups;
    }

    private bool HasSamplesOf(Measure other) => _samples.AsSpan().SequenceEqual(other._samples);
}
