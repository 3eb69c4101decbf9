namespace PerceptualEval.Cli.Results;

/// <summary>Writes the one object of <c>score --json</c>: schema, provenance, samples, summary.</summary>
/// <param name="output">Where to write; owned by the writer.</param>
/// <param name="provenance">What the scores depend on.</param>
internal sealed class JsonScoreWriter(Output output, ScoreProvenance provenance) : ScoreWriter
{
    private readonly JsonRows _rows = new(output, ResultJson.Bytes(provenance, ResultJson.Default.ScoreProvenance), "samples"u8);

    /// <inheritdoc/>
    public override void Write(ScoreRow row) => _rows.Add(ResultJson.Bytes(row, ResultJson.Default.ScoreRow));

    /// <inheritdoc/>
    public override void Complete(LossSummary summary, long badFiles = 0)
    {
        _rows.End(ResultJson.Bytes(ScoreSummary.Of(summary, badFiles), ResultJson.Default.ScoreSummary));
        output.Commit();
    }

    /// <inheritdoc/>
    public override void Dispose() => output.Dispose();
}
