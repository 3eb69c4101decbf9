using PerceptualEval.Cli.Gates;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.Comparisons;

namespace PerceptualEval.Cli.Verbs;

/// <summary>A run of <c>compare</c>, merged: the statistics are those of all samples together.</summary>
/// <param name="rows">The rows of all shards.</param>
/// <param name="provenance">What they depend on.</param>
/// <param name="cancellationToken">Stops the statistics.</param>
/// <exception cref="OperationCanceledException">It was stopped.</exception>
internal sealed class MergedComparison(ResultSet rows, ScoreProvenance provenance, CancellationToken cancellationToken) : MergedResults(rows, provenance)
{
    private readonly ComparisonSummary _comparison = rows.Compare(cancellationToken);

    /// <inheritdoc/>
    public override byte[] Summary => ComparisonJson.Document(_comparison, Rows.BadFiles.Count);

    /// <inheritdoc/>
    public override IReadOnlyList<Gate> Gates => [.. _comparison.Checkpoints.Select(checkpoint => Gate.Finite(checkpoint.Losses, checkpoint.Name))];

    /// <inheritdoc/>
    protected override bool HasCheckpoints => true;

    /// <inheritdoc/>
    protected override void Complete(ScoreFile file) => file.Complete(_comparison, Rows.BadFiles.Count);

    /// <inheritdoc/>
    protected override void ShowTable(ResultConsole console) => new ComparisonTable(console, Provenance).Write(
        _comparison, [.. Rows.Rows.Where(row => row.Score.NonFinite is not null).Take(ScoreTable.RowsShown).Select(row => row.Shown)]);
}
