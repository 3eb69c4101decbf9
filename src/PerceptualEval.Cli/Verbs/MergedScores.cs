using PerceptualEval.Cli.Gates;
using PerceptualEval.Cli.Results;
using PerceptualEval.Cli.Results.Folders;

namespace PerceptualEval.Cli.Verbs;

/// <summary>A run of <c>score</c>, merged.</summary>
/// <param name="rows">The rows of all shards.</param>
/// <param name="provenance">What they depend on.</param>
internal sealed class MergedScores(ResultSet rows, ScoreProvenance provenance) : MergedResults(rows, provenance)
{
    private readonly LossSummary _losses = rows.Summarize();

    /// <inheritdoc/>
    public override byte[] Summary => ResultJson.Bytes(ScoreSummary.Of(_losses, Rows.BadFiles.Count), ResultJson.Default.ScoreSummary);

    /// <inheritdoc/>
    public override IReadOnlyList<Gate> Gates => [Gate.Finite(_losses)];

    /// <inheritdoc/>
    protected override bool HasCheckpoints => false;

    /// <inheritdoc/>
    protected override void Complete(ScoreFile file) => file.Complete(_losses, Rows.BadFiles.Count);

    /// <inheritdoc/>
    protected override void ShowTable(ResultConsole console)
    {
        using var table = new ScoreTable(console, Provenance);
        foreach (var row in Rows.Rows)
        {
            table.Write(row.Score);
        }

        table.Complete(_losses, Rows.BadFiles.Count);
    }
}
