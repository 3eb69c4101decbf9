namespace PerceptualEval.Cli.Results;

/// <summary>Writes the one object of <c>--json</c>: schema, provenance, samples, and what the run makes of them.</summary>
/// <param name="output">Where to write; owned by the writer.</param>
/// <param name="provenance">What the scores depend on.</param>
internal sealed class JsonScoreWriter(Output output, ScoreProvenance provenance) : ScoreFile
{
    private readonly JsonRows _rows = new(output, ResultJson.Bytes(provenance, ResultJson.Default.ScoreProvenance), "samples"u8);

    /// <inheritdoc/>
    public override void Write(ScoreRow row) => _rows.Add(ResultJson.Bytes(row, ResultJson.Default.ScoreRow));

    /// <inheritdoc/>
    public override void Dispose() => output.Dispose();

    /// <inheritdoc/>
    protected override void Complete(IReadOnlyList<ResultSection> sections)
    {
        _rows.End(sections);
        output.Commit();
    }
}
