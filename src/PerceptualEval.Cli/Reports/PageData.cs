using PerceptualEval.Cli.Images;

namespace PerceptualEval.Cli.Reports;

/// <summary>A report as the page's script reads it: samples are indices, and values lie column by column.</summary>
/// <param name="Terms">What was measured.</param>
/// <param name="Ids">Every sample that is scored, shown or found, each once.</param>
/// <param name="Checkpoints">What was scored.</param>
/// <param name="Differences">How checkpoints differ from the first.</param>
/// <param name="Findings">What is wrong with a dataset; null where nobody looked.</param>
/// <param name="Gallery">The samples worth looking at.</param>
/// <param name="HeatMapColors">The colours of heat maps from 0 to the end of their scale, such as <c>#000004</c>.</param>
/// <param name="Facts">What the numbers depend on: pairs of name and value.</param>
internal sealed record PageData(
    IReadOnlyList<ReportTerm> Terms,
    IReadOnlyCollection<string> Ids,
    IReadOnlyList<PageCheckpoint> Checkpoints,
    IReadOnlyList<ReportDifference> Differences,
    IReadOnlyList<ReportFinding>? Findings,
    Gallery Gallery,
    IReadOnlyList<string> HeatMapColors,
    IReadOnlyList<string[]> Facts)
{
    // Of one kind; what is the same a thousand times need not be read a thousand times.
    private const int MostCases = 50;
    private const int HeatMapSteps = 8;

    /// <summary>Brings a report into this form.</summary>
    public static PageData Of(ReportData data)
    {
        ReportFinding[]? findings = data.Findings is null ? null : [.. data.Findings.Select(finding => finding with { Cases = [.. finding.Cases.Take(MostCases)] })];
        var ids = Indexed([
            .. data.Checkpoints.SelectMany(checkpoint => checkpoint.Rows).Select(row => row.Id),
            .. data.Gallery.Groups.SelectMany(group => group.Ids),
            .. (findings ?? []).SelectMany(finding => finding.Cases).SelectMany(one => one.Samples),
        ]);
        return new PageData(
            data.Terms,
            ids.Keys,
            [.. data.Checkpoints.Select(checkpoint => PageCheckpoint.Of(checkpoint, data.Terms.Count, ids))],
            data.Differences,
            findings,
            data.Gallery,
            [.. Enumerable.Range(0, HeatMapSteps + 1).Select(step => Hex(ColorMap.ColorOf((double)step / HeatMapSteps)))],
            [.. data.Facts.Select(fact => new[] { fact.Name, fact.Value })]);
    }

    // In the order in which they first come.
    private static Dictionary<string, int> Indexed(IEnumerable<string> ids)
    {
        var indices = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var id in ids)
        {
            indices.TryAdd(id, indices.Count);
        }

        return indices;
    }

    private static string Hex(SkiaSharp.SKColor color) => $"#{color.Red:x2}{color.Green:x2}{color.Blue:x2}";
}
