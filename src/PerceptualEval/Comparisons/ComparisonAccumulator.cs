using PerceptualEval.Statistics;

namespace PerceptualEval.Comparisons;

/// <summary>
/// Collects the losses of several checkpoints on the same samples, and compares them in pairs with a baseline. It keeps ids and losses
/// of all samples. Not safe for concurrent use.
/// </summary>
public sealed class ComparisonAccumulator
{
    private readonly string[] _names;
    private readonly int _baseline;
    private readonly List<string> _ids = [];
    private readonly CheckpointScores[] _scores;

    /// <summary>Begins with no samples.</summary>
    /// <param name="names">The checkpoints' names: one or more, all different.</param>
    /// <param name="baseline">Which of them the others are compared with; null for the first.</param>
    /// <exception cref="ArgumentException">There is no name, one comes twice, or the baseline is none of them.</exception>
    public ComparisonAccumulator(IReadOnlyList<string> names, string? baseline = null)
    {
        ArgumentNullException.ThrowIfNull(names);
        _names = [.. names];
        if (_names.Length == 0 || _names.Distinct(StringComparer.Ordinal).Count() < _names.Length)
        {
            throw new ArgumentException($"checkpoints '{string.Join("', '", _names)}'; expected one or more, with names of their own.", nameof(names));
        }

        _baseline = Array.IndexOf(_names, baseline ?? _names[0]);
        if (_baseline < 0)
        {
            throw new ArgumentException($"baseline '{baseline}' is none of the checkpoints '{string.Join("', '", _names)}'.", nameof(baseline));
        }

        _scores = Array.ConvertAll(_names, _ => new CheckpointScores());
    }

    /// <summary>How many samples were added.</summary>
    public int Count => _ids.Count;

    /// <summary>Adds one sample.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="losses">Its loss in each checkpoint, in the order of the names. One that is not finite is counted there, and takes no part in any statistics.</param>
    /// <exception cref="ArgumentException">There are not as many losses as checkpoints.</exception>
    public void Update(string id, IReadOnlyList<SampleLoss> losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        if (losses.Count != _names.Length)
        {
            throw new ArgumentException($"sample '{id}' has {losses.Count} losses; expected one for each of {_names.Length} checkpoints.", nameof(losses));
        }

        _ids.Add(id);
        foreach (var (scores, loss) in _scores.Zip(losses))
        {
            scores.Add(loss);
        }
    }

    /// <summary>Compares the samples so far; more can be added afterwards.</summary>
    /// <param name="seed">The seed of the intervals: the same seed and samples give the same result.</param>
    /// <param name="cancellationToken">Stops the resampling, which takes a second or more for many samples.</param>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public ComparisonSummary Compute(long seed = 0, CancellationToken cancellationToken = default)
    {
        var terms = Array.ConvertAll(_scores, scores => scores.Terms());
        var candidates = Enumerable.Range(0, _names.Length).Where(i => i != _baseline).ToArray();
        var differences = Array.ConvertAll(candidates, i => _scores[i].DifferencesTo(_scores[_baseline]));
        Measure.Bootstrap(terms.Concat(differences).SelectMany(measures => measures).OfType<Measure>(), seed, cancellationToken);
        return new ComparisonSummary(
            _names[_baseline],
            seed,
            [.. _names.Select((name, i) => new CheckpointSummary(name, _scores[i].Summarize(terms[i])))],
            Compare(Array.ConvertAll(candidates, i => _names[i]), differences, cancellationToken),
            [.. _names.Zip(_scores, Agreement).OfType<RankAgreement>()]);
    }

    /// <summary>How the loss of one checkpoint differs from that of any other.</summary>
    /// <param name="candidate">One of the names.</param>
    /// <param name="baseline">Another one.</param>
    /// <param name="seed">The seed of the interval.</param>
    /// <param name="cancellationToken">Stops the resampling.</param>
    /// <returns>The difference over the samples that are finite in both; null where there are none.</returns>
    /// <exception cref="ArgumentException">A name is none of the checkpoints'.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public PairedDifference? Difference(string candidate, string baseline, long seed = 0, CancellationToken cancellationToken = default) =>
        Named(candidate).DifferencesTo(Named(baseline))[0] is { } loss
            ? PairedDifference.Of(loss.Values, Bootstrap.MeanInterval(loss.Values, seed, cancellationToken))
            : null;

    /// <summary>The losses of one checkpoint, by sample; NaN where the loss or one of its terms is not finite.</summary>
    /// <param name="name">One of the names.</param>
    /// <exception cref="ArgumentException">The name is none of the checkpoints'.</exception>
    public IEnumerable<(string Id, double Loss)> Losses(string name) =>
        Named(name).Samples.Zip(_ids, (sample, id) => (id, sample.IsFinite ? sample.Loss : double.NaN));

    private CheckpointScores Named(string name) => Array.IndexOf(_names, name) is var index and >= 0
        ? _scores[index]
        : throw new ArgumentException($"'{name}' is none of the checkpoints '{string.Join("', '", _names)}'.", nameof(name));

    private CheckpointComparison[] Compare(string[] names, Measure?[][] measures, CancellationToken cancellationToken)
    {
        var differences = Array.ConvertAll(measures, terms => Array.ConvertAll(terms, term =>
        {
            cancellationToken.ThrowIfCancellationRequested();
            return term is null ? null : PairedDifference.Of(term.Values, term.Interval);
        }));
        var corrected = HolmCorrection.Adjust([.. differences.Select(terms => terms[0]?.P ?? 1)]);
        return [.. names.Select((name, i) => new CheckpointComparison(
            name, _names[_baseline], differences[i][0], differences[i][1], differences[i][2], differences[i][3], corrected[i]))];
    }

    // By the perceptual term, or the one against the images where that is the only one.
    private RankAgreement? Agreement(string name, CheckpointScores scores)
    {
        var finite = scores.FiniteSamples();
        var latent = scores.Values(sample => sample.LatentL2Loss, finite);
        var perceptual = scores.Values(sample => sample.PerceptualLoss ?? sample.PerceptualLossOnInputs, finite);
        return perceptual.Length == 0 ? null : RankAgreement.Of(name, [.. finite.Select(i => _ids[i])], latent, perceptual);
    }
}
