namespace PerceptualEval.Comparisons;

/// <summary>The scores of one checkpoint, in the order of the samples, with those that are not finite.</summary>
internal sealed class CheckpointScores
{
    // In the order of LossSummary and CheckpointComparison.
    private static readonly Func<SampleLoss, double?>[] TermsInOrder =
        [sample => sample.Loss, sample => sample.LatentL2Loss, sample => sample.PerceptualLoss, sample => sample.PerceptualLossOnInputs];

    private readonly List<SampleLoss> _samples = [];

    /// <summary>All samples.</summary>
    public IReadOnlyList<SampleLoss> Samples => _samples;

    /// <summary>Adds a sample; its frames are not kept.</summary>
    public void Add(SampleLoss sample) => _samples.Add(sample with { Frames = null });

    /// <summary>The four terms over the finite samples, loss first; null for what was not computed, or is nowhere finite.</summary>
    public Measure?[] Terms()
    {
        var finite = FiniteSamples();
        return Array.ConvertAll(TermsInOrder, term => MeasureOf(finite, i => term(_samples[i])));
    }

    /// <summary>How far the terms lie above another checkpoint's, over the samples that are finite in both; null likewise.</summary>
    public Measure?[] DifferencesTo(CheckpointScores baseline)
    {
        var paired = FiniteSamples(baseline);
        return Array.ConvertAll(TermsInOrder, term => MeasureOf(paired, i => term(_samples[i]) - term(baseline._samples[i])));
    }

    /// <summary>Summarizes the finite samples.</summary>
    /// <param name="terms">The <see cref="Terms"/>, with their intervals.</param>
    public LossSummary Summarize(Measure?[] terms)
    {
        var accumulator = new LossAccumulator();
        _samples.ForEach(accumulator.Update);
        var summary = accumulator.Compute();
        return summary with
        {
            Loss = summary.Loss with { Ci95 = terms[0]?.Interval },
            LatentL2Loss = summary.LatentL2Loss with { Ci95 = terms[1]?.Interval },
            PerceptualLoss = summary.PerceptualLoss is { } perceptual ? perceptual with { Ci95 = terms[2]?.Interval } : null,
            PerceptualLossOnInputs = summary.PerceptualLossOnInputs is { } onInputs ? onInputs with { Ci95 = terms[3]?.Interval } : null,
        };
    }

    /// <summary>Which samples are finite here, and in another checkpoint where one is given.</summary>
    public int[] FiniteSamples(CheckpointScores? other = null) =>
        [.. Enumerable.Range(0, _samples.Count).Where(i => _samples[i].IsFinite && (other is null || other._samples[i].IsFinite))];

    /// <summary>A term of some samples; empty where it was not computed.</summary>
    public double[] Values(Func<SampleLoss, double?> term, int[] samples) => [.. samples.Select(i => term(_samples[i])).OfType<double>()];

    private static Measure? MeasureOf(int[] samples, Func<int, double?> value)
    {
        int[] having = [.. samples.Where(i => value(i) is not null)];
        return having.Length == 0 ? null : new Measure(having, Array.ConvertAll(having, i => value(i)!.Value));
    }
}
