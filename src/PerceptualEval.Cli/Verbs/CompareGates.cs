using System.CommandLine;
using PerceptualEval.Cli.Gates;
using PerceptualEval.Cli.Results;
using PerceptualEval.Comparisons;

namespace PerceptualEval.Cli.Verbs;

/// <summary>The gates of <c>compare</c>.</summary>
internal sealed class CompareGates
{
    private readonly double? _limit;
    private readonly string? _baseline;
    private readonly BaselineScores? _earlier;

    /// <summary>Reads the earlier run that <c>--fail-if-worse-than</c> may name.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="names">What is compared.</param>
    /// <param name="provenance">What the scores of this run depend on.</param>
    /// <exception cref="Results.Folders.ResultException">The earlier run's losses do not compare.</exception>
    public CompareGates(ParseResult parsed, IReadOnlyList<string> names, ScoreProvenance provenance)
    {
        _limit = parsed.GetValue(GateOptions.FailAbove);
        _baseline = parsed.GetValue(GateOptions.FailIfWorseThan);
        _earlier = _baseline is null || names.Contains(_baseline) ? null : BaselineScores.Read(_baseline, provenance);
    }

    /// <summary>Refuses a baseline that is neither compared nor a file, before models are loaded.</summary>
    /// <exception cref="UsageException">It is neither.</exception>
    public static void RequireBaseline(ParseResult parsed, IReadOnlyList<string> names)
    {
        if (parsed.GetValue(GateOptions.FailIfWorseThan) is { } baseline && !names.Contains(baseline) && !Path.Exists(baseline))
        {
            throw new UsageException($"--fail-if-worse-than {baseline}: there is no such file; expected one of {string.Join(", ", names)}, or the results of an earlier run.");
        }
    }

    /// <summary>Checks a comparison.</summary>
    /// <param name="summary">The comparison.</param>
    /// <param name="accumulator">Its losses.</param>
    /// <param name="cancellationToken">Stops the resampling.</param>
    /// <exception cref="Results.Folders.ResultException">The earlier run shares too few samples.</exception>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
    public IEnumerable<Gate> Check(ComparisonSummary summary, ComparisonAccumulator accumulator, CancellationToken cancellationToken)
    {
        foreach (var checkpoint in summary.Checkpoints)
        {
            yield return Gate.Finite(checkpoint.Losses, checkpoint.Name);
        }

        foreach (var candidate in summary.Checkpoints.Where(checkpoint => checkpoint.Name != summary.Baseline || summary.Checkpoints.Count == 1))
        {
            if (_limit is { } limit)
            {
                yield return Gate.MeanAtMost(candidate.Losses, limit, candidate.Name);
            }
        }

        foreach (var candidate in summary.Checkpoints.Select(checkpoint => checkpoint.Name).Where(name => _baseline is not null && name != _baseline))
        {
            yield return _earlier is null
                ? Gate.NotWorse(accumulator.Difference(candidate, _baseline!, summary.Seed, cancellationToken), _baseline!, candidate)
                : _earlier.NotWorse([.. accumulator.Losses(candidate)], summary.Seed, candidate, cancellationToken);
        }
    }
}
