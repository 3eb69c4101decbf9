using System.Buffers;
using System.Globalization;
using System.Text;

namespace PerceptualEval.Cli.Results;

/// <summary>Writes CSV as RFC 4180 has it (header, CRLF, quotes where needed), one sample a line and at once; null is empty.</summary>
/// <param name="output">Where to write; owned by the writer.</param>
internal sealed class CsvScoreWriter(Output output) : ScoreWriter
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(",\"\r\n");
    private bool _hasHeader;

    /// <inheritdoc/>
    public override void Write(ScoreRow row)
    {
        WriteHeaderOnce();
        WriteLine(
        [
            row.Id,
            Number(row.Loss),
            Number(row.LatentL2Loss),
            Number(row.PerceptualLoss),
            Number(row.PerceptualLossOnInputs),
            row.NonFinite ?? "",
        ]);
    }

    /// <inheritdoc/>
    public override void Complete(LossSummary summary, long badFiles = 0)
    {
        WriteHeaderOnce();
        output.Commit();
    }

    /// <inheritdoc/>
    public override void Dispose() => output.Dispose();

    private static string Number(double? value) => value?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    private static string Field(string text) =>
        text.AsSpan().ContainsAny(NeedsQuotes) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;

    // With the first row and not before: it would empty an older file.
    private void WriteHeaderOnce()
    {
        if (!_hasHeader)
        {
            _hasHeader = true;
            WriteLine(ScoreRow.Columns);
        }
    }

    private void WriteLine(IEnumerable<string> fields) =>
        output.Write(Encoding.UTF8.GetBytes(string.Join(',', fields.Select(Field)) + "\r\n"));
}
