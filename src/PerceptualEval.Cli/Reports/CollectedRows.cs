using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Reports;

/// <summary>Keeps the scores of a run for its report, and hands them on.</summary>
/// <param name="next">What gets them, too; disposed with this.</param>
internal sealed class CollectedRows(ScoreWriter next) : ScoreWriter
{
    private readonly List<ScoreRow> _rows = [];

    /// <summary>The scores so far.</summary>
    public IReadOnlyList<ScoreRow> Rows => _rows;

    /// <summary>How many samples were passed over because their files are bad; known at the end.</summary>
    public long BadFiles { get; private set; }

    /// <inheritdoc/>
    public override void Write(ScoreRow row)
    {
        _rows.Add(row);
        next.Write(row);
    }

    /// <inheritdoc/>
    public override void Complete(LossSummary summary, long badFiles = 0)
    {
        BadFiles = badFiles;
        next.Complete(summary, badFiles);
    }

    /// <inheritdoc/>
    public override void Dispose() => next.Dispose();
}
