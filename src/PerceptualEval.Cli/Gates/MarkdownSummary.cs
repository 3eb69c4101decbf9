using System.Globalization;
using System.Text;
using PerceptualEval.Cli.Results;
using PerceptualEval.Comparisons;
using PerceptualEval.Statistics;

namespace PerceptualEval.Cli.Gates;

/// <summary>A run in a few lines of GitHub's Markdown, for pull requests: the gates, the numbers, what they depend on.</summary>
internal sealed class MarkdownSummary
{
    private readonly StringBuilder _text = new();

    private MarkdownSummary(string title, IReadOnlyList<Gate> gates)
    {
        Line($"### {title}");
        Line();
        foreach (var gate in gates)
        {
            var note = gate.Note is null ? "" : $" ({Cell(gate.Note)})";
            Line(gate.IsMet ? $"- ✅ {Cell(gate.Name)}{note}" : $"- ❌ {Cell(gate.Name)}: {Cell(gate.Failure!)}{note}");
        }
    }

    /// <summary>The summary of <c>score</c>.</summary>
    public static MarkdownSummary Of(LossSummary losses, ScoreProvenance provenance, IReadOnlyList<Gate> gates)
    {
        var summary = new MarkdownSummary(string.Create(CultureInfo.InvariantCulture, $"perceptual-eval score: {losses.Count} samples"), gates);
        summary.Table("", ["mean", "95 % interval", "median", "p95", "max"], Terms(losses).Select(term => (term.Name, Cells(term.Summary))));
        summary.Footer(provenance);
        return summary;
    }

    /// <summary>The summary of <c>compare</c>.</summary>
    public static MarkdownSummary Of(ComparisonSummary comparison, ScoreProvenance provenance, IReadOnlyList<Gate> gates)
    {
        var count = comparison.Checkpoints[0].Losses.Count;
        var summary = new MarkdownSummary(string.Create(CultureInfo.InvariantCulture, $"perceptual-eval compare: {count} samples"), gates);
        var terms = ComparisonTable.Terms(comparison.Checkpoints[0].Losses, provenance).Select(term => term.Name);
        summary.Table(
            "", ["loss", "95 % interval", "median", "p95", .. terms], comparison.Checkpoints.Select(checkpoint => (checkpoint.Name, Cells(checkpoint.Losses, provenance))));
        if (comparison.Comparisons.Count > 0)
        {
            summary.Table(
                $"against {comparison.Baseline}",
                ["difference", "95 % interval", "wins", "p (Holm)", "verdict"],
                comparison.Comparisons.Select(compared => (compared.Name, Cells(compared))));
        }

        summary.Footer(provenance);
        return summary;
    }

    /// <summary>Writes the summary and makes the output final.</summary>
    /// <param name="output">Where to write; stays the caller's.</param>
    /// <exception cref="OutputException">It can't be written.</exception>
    public void Write(Output output)
    {
        output.Write(Encoding.UTF8.GetBytes(_text.ToString()));
        output.Commit();
    }

    private static IEnumerable<(string Name, TermSummary Summary)> Terms(LossSummary losses) =>
        ScoreTable.Terms(losses).Select(term => (term.Name, term.Summary));

    private static string[] Cells(TermSummary term) => [Number(term.Mean), Interval(term.Ci95), Number(term.P50), Number(term.P95), Number(term.Max)];

    private static string[] Cells(LossSummary losses, ScoreProvenance provenance) =>
    [
        Number(losses.Loss.Mean), Interval(losses.Loss.Ci95), Number(losses.Loss.P50), Number(losses.Loss.P95),
        .. ComparisonTable.Terms(losses, provenance).Select(term => Number(term.Summary.Mean)),
    ];

    private static string[] Cells(CheckpointComparison compared) =>
    [
        Number(compared.Loss?.Mean), Interval(compared.Loss?.Ci95), ComparisonTable.Percent(compared.Loss?.WinRate),
        Number(compared.HolmP), ComparisonTable.Words(compared.Verdict),
    ];

    private static string Number(double? value) => FourDigits.Format(value);

    private static string Interval(ConfidenceInterval? interval) => interval is { } ends ? $"{Number(ends.Low)} to {Number(ends.High)}" : FourDigits.None;

    // A name may hold what Markdown takes for a column or a tag.
    private static string Cell(string text) => text.ReplaceLineEndings(" ").Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal)
        .Replace("_", "\\_", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal);

    private void Table(string corner, IReadOnlyList<string> headings, IEnumerable<(string Name, string[] Cells)> rows)
    {
        Line();
        Line($"| {Cell(corner)} | {string.Join(" | ", headings)} |");
        Line($"|---|{string.Concat(headings.Select(_ => "---:|"))}");
        foreach (var (name, cells) in rows)
        {
            Line($"| {Cell(name)} | {string.Join(" | ", cells)} |");
        }
    }

    private void Footer(ScoreProvenance provenance)
    {
        Line();
        Line($"{string.Join("; ", ScoreTable.Facts(provenance).Select(fact => $"{fact.Name} {Cell(fact.Value)}"))}; perceptual-eval {provenance.Version}");
    }

    private void Line(string text = "") => _text.Append(text).Append('\n');
}
