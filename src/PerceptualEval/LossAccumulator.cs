using System.Runtime.InteropServices;
using PerceptualEval.Statistics;

namespace PerceptualEval;

/// <summary>
/// Collects the losses of samples and summarizes them. Accumulators of several processes or machines can be merged in any order
/// and grouping: the summary is the same, to the last bit, as that of one accumulator that saw every sample.
/// </summary>
/// <remarks>
/// It keeps every finite value, 8 bytes for each term that was computed (24 MB for a million samples with two terms), because
/// percentiles are exact. A non-finite sample is counted and never averaged. Not safe for concurrent use.
/// </remarks>
public sealed class LossAccumulator
{
    private readonly List<double> _loss = [];
    private readonly List<double> _latentL2Loss = [];

    // Null until a sample has the term: "not computed" and "computed, but nothing finite" are different answers.
    private List<double>? _perceptualLoss;
    private List<double>? _perceptualLossOnInputs;
    private long _nonFinite;

    /// <summary>Adds one sample.</summary>
    /// <param name="sample">Its loss and terms; where one is not finite, the sample is counted and left out of every summary.</param>
    public void Update(SampleLoss sample)
    {
        if (sample.PerceptualLoss is not null)
        {
            _perceptualLoss ??= [];
        }

        if (sample.PerceptualLossOnInputs is not null)
        {
            _perceptualLossOnInputs ??= [];
        }

        if (!sample.IsFinite)
        {
            _nonFinite++;
            return;
        }

        _loss.Add(sample.Loss);
        _latentL2Loss.Add(sample.LatentL2Loss);
        if (sample.PerceptualLoss is { } perceptual)
        {
            _perceptualLoss!.Add(perceptual);
        }

        if (sample.PerceptualLossOnInputs is { } onInputs)
        {
            _perceptualLossOnInputs!.Add(onInputs);
        }
    }

    /// <summary>Adds all samples of another accumulator, which stays as it is.</summary>
    /// <param name="other">Say, the samples that another rank scored.</param>
    /// <exception cref="ArgumentNullException"><paramref name="other"/> is null.</exception>
    public void Merge(LossAccumulator other)
    {
        ArgumentNullException.ThrowIfNull(other);
        _nonFinite += other._nonFinite;
        _loss.AddRange(other._loss);
        _latentL2Loss.AddRange(other._latentL2Loss);
        Append(ref _perceptualLoss, other._perceptualLoss);
        Append(ref _perceptualLossOnInputs, other._perceptualLossOnInputs);
    }

    /// <summary>Summarizes the samples so far; more can be added afterwards.</summary>
    /// <returns>Counts, and one summary per term, in the term's unit; lower is better.</returns>
    public LossSummary Compute() => new(
        _loss.Count + _nonFinite,
        _nonFinite,
        Summarize(_loss),
        Summarize(_latentL2Loss),
        _perceptualLoss is null ? null : Summarize(_perceptualLoss),
        _perceptualLossOnInputs is null ? null : Summarize(_perceptualLossOnInputs));

    private static void Append(ref List<double>? values, List<double>? others)
    {
        if (others is not null)
        {
            (values ??= []).AddRange(others);
        }
    }

    private static TermSummary Summarize(List<double> values) => TermSummary.Of(CollectionsMarshal.AsSpan(values));
}
