using PerceptualEval.Statistics;

namespace PerceptualEval.Comparisons;

/// <summary>The scores of one checkpoint, in the order of the samples, with those that are not finite.</summary>
internal sealed class CheckpointScores
{
    /// <summary>The terms in the order of <see cref="LossSummary"/>.</summary>
    public static IReadOnlyList<Func<SampleLoss, double?>> Terms { get; } =
        [sample => sample.Loss, sample => sample.LatentL2Loss, sample => sample.PerceptualLoss, sample => sample.PerceptualLossOnInputs];

    private readonly List<SampleLoss> _samples = [];

    /// <summary>All samples.</summary>
    public IReadOnlyList<SampleLoss> Samples => _samples;

    /// <summary>Adds a sample; its frames are not kept.</summary>
    public void Add(SampleLoss sample) => _samples.Add(sample with { Frames = null });

    /// <summary>Summarizes the finite samples; the intervals are bootstrapped.</summary>
    public LossSummary Summarize(long seed)
    {
        var accumulator = new LossAccumulator();
        _samples.ForEach(accumulator.Update);
        var summary = accumulator.Compute();
        var terms = new[] { summary.Loss, summary.LatentL2Loss, summary.PerceptualLoss, summary.PerceptualLossOnInputs };
        for (var i = 0; i < terms.Length; i++)
        {
            terms[i] = terms[i] is { } term ? term with { Ci95 = Bootstrap.MeanInterval(Values(Terms[i], FiniteSamples()), seed) } : null;
        }

        return summary with { Loss = terms[0]!, LatentL2Loss = terms[1]!, PerceptualLoss = terms[2], PerceptualLossOnInputs = terms[3] };
    }

    /// <summary>Which samples are finite here, and in another checkpoint where one is given.</summary>
    public int[] FiniteSamples(CheckpointScores? other = null) =>
        [.. Enumerable.Range(0, _samples.Count).Where(i => _samples[i].IsFinite && (other is null || other._samples[i].IsFinite))];

    /// <summary>A term of some samples; empty where it was not computed.</summary>
    public double[] Values(Func<SampleLoss, double?> term, int[] samples) => [.. samples.Select(i => term(_samples[i])).OfType<double>()];
}
