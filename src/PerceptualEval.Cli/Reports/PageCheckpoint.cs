using System.Globalization;
using PerceptualEval.Statistics;

namespace PerceptualEval.Cli.Reports;

/// <summary>A checkpoint as the page's script reads it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Values">Per term, one value for each sample of the page; null where it has none.</param>
/// <param name="Summaries">One per term.</param>
/// <param name="NonFinite">Why samples are in no average, by index.</param>
internal sealed record PageCheckpoint(string Name, double?[][] Values, IReadOnlyList<TermSummary> Summaries, IReadOnlyDictionary<int, string> NonFinite)
{
    // More can't be seen in a chart, and the table shows four.
    private const string SampleDigits = "G5";

    /// <summary>Brings a checkpoint into this form.</summary>
    /// <param name="checkpoint">The checkpoint.</param>
    /// <param name="terms">How many terms there are.</param>
    /// <param name="indices">The indices of all samples of the page, by id.</param>
    public static PageCheckpoint Of(ReportCheckpoint checkpoint, int terms, Dictionary<string, int> indices)
    {
        var rows = new ReportRow?[indices.Count];
        foreach (var row in checkpoint.Rows)
        {
            rows[indices[row.Id]] = row;
        }

        return new PageCheckpoint(
            checkpoint.Name,
            [.. Enumerable.Range(0, terms).Select(term => Array.ConvertAll(rows, row => Rounded(row?.Values[term])))],
            checkpoint.Summaries ?? [.. Enumerable.Range(0, terms).Select(term => TermSummary.Of(checkpoint.FiniteValues(term)))],
            checkpoint.Rows.Where(row => row.NonFinite is not null).ToDictionary(row => indices[row.Id], row => row.NonFinite!));
    }

    private static double? Rounded(double? value) => value is { } number && double.IsFinite(number)
        ? double.Parse(number.ToString(SampleDigits, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture)
        : null;
}
