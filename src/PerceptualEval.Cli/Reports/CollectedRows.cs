using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Reports;

/// <summary>Keeps the scores of a run for its report, and hands them on.</summary>
/// <param name="next">What gets them, too; disposed with this.</param>
/// <param name="keep">Whether there is a report; otherwise none are kept, for there may be many.</param>
internal sealed class CollectedRows(ScoreWriter next, bool keep) : ScoreWriter
{
    private readonly List<ScoreRow> _rows = [];

    /// <summary>The scores so far.</summary>
    public IReadOnlyList<ScoreRow> Rows => _rows;

    /// <inheritdoc/>
    public override void Write(ScoreRow row)
    {
        if (keep)
        {
            _rows.Add(row);
        }

        next.Write(row);
    }

    /// <inheritdoc/>
    public override void Complete(LossSummary summary, long badFiles = 0) => next.Complete(summary, badFiles);

    /// <inheritdoc/>
    public override void Dispose() => next.Dispose();
}
