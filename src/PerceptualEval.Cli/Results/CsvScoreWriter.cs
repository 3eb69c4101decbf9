using System.Buffers;
using System.Globalization;
using System.Text;

namespace PerceptualEval.Cli.Results;

/// <summary>Writes CSV as RFC 4180 has it (header, CRLF, quotes where needed), one sample a line and at once; null is empty.</summary>
/// <param name="output">Where to write; owned by the writer.</param>
/// <param name="hasCheckpoints">Whether rows name their checkpoint.</param>
internal sealed class CsvScoreWriter(Output output, bool hasCheckpoints = false) : ScoreFile
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(",\"\r\n");
    private bool _hasHeader;

    /// <inheritdoc/>
    public override void Write(ScoreRow row)
    {
        WriteHeaderOnce();
        WriteLine(
        [
            .. hasCheckpoints ? [row.Checkpoint!] : Array.Empty<string>(),
            row.Id,
            Number(row.Loss),
            Number(row.LatentL2Loss),
            Number(row.PerceptualLoss),
            Number(row.PerceptualLossOnInputs),
            row.NonFinite ?? "",
        ]);
    }

    /// <inheritdoc/>
    public override void Dispose() => output.Dispose();

    /// <inheritdoc/>
    protected override void Complete(IReadOnlyList<ResultSection> sections)
    {
        WriteHeaderOnce();
        output.Commit();
    }

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private static string Field(string text) =>
        text.AsSpan().ContainsAny(NeedsQuotes) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    // With the first row and not before: it would empty an older file.
    private void WriteHeaderOnce()
    {
        if (!_hasHeader)
        {
            _hasHeader = true;
            WriteLine(hasCheckpoints ? ScoreRow.Columns.Prepend(ScoreRow.CheckpointColumn) : ScoreRow.Columns);
        }
    }

    private void WriteLine(IEnumerable<string> fields) =>
        output.Write(Encoding.UTF8.GetBytes(string.Join(',', fields.Select(Field)) + "\r\n"));
}
