namespace PerceptualEval.Cli.Results;

/// <summary>Writes one JSON object a line and sample, each in one piece and at once.</summary>
/// <param name="output">Where to write; owned by the writer.</param>
internal sealed class JsonLinesScoreWriter(Output output) : ScoreFile
{
    /// <inheritdoc/>
    public override void Write(ScoreRow row) => output.Write([.. ResultJson.Bytes(row, ResultJson.Default.ScoreRow), (byte)'\n']);

    /// <inheritdoc/>
    public override void Dispose() => output.Dispose();

    /// <inheritdoc/>
    protected override void Complete(IReadOnlyList<ResultSection> sections) => output.Commit();
}
