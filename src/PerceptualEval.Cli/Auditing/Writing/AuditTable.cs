using PerceptualEval.Cli.Results;
using Spectre.Console;

namespace PerceptualEval.Cli.Auditing.Writing;

/// <summary>Shows an audit to people: what was looked at, the findings of each kind, and the verdict.</summary>
internal static class AuditTable
{
    // What is the same a hundred times need not be read a hundred times; --json and --out have all.
    private const int ShownOfAKind = 20;

    /// <summary>Prints an audit.</summary>
    /// <param name="console">Where to print.</param>
    /// <param name="result">The audit.</param>
    public static void Write(ResultConsole console, AuditResult result)
    {
        console.WriteFacts(Facts(result));
        if (result.Findings.Count > 0)
        {
            var table = new Table { Border = new BlankBorder() };
            table.AddColumns(Heading("finding"), Heading("sample"), Heading("evidence"));
            foreach (var kind in result.Findings.GroupBy(finding => (finding.Severity, finding.Kind)))
            {
                AddRows(table, [.. kind]);
            }

            console.Write(table);
        }

        var counts = result.Counts;
        console.WriteLine(
            FormattableString.Invariant($"{counts.Errors} errors, {counts.Warnings} warnings, {counts.Notes} notes in {counts.All} samples"),
            counts.Errors > 0 ? ResultConsole.Alarm : ResultConsole.Answer);
    }

    private static TableColumn Heading(string text) => new(new Text(text, ResultConsole.Heading));

    private static IEnumerable<(string Name, string Value)> Facts(AuditResult result)
    {
        var (provenance, counts) = (result.Provenance, result.Counts);
        yield return ("latents", FormattableString.Invariant($"{provenance.Latents}: {counts.Samples} read, {counts.Unreadable} unreadable"));
        if (provenance.Images is not null)
        {
            yield return ("images", FormattableString.Invariant($"{provenance.Images}: {counts.Decoded} compared with their latent, {counts.Examined} of them closely"));
        }

        if (provenance.Decoder is not null)
        {
            yield return ("decoder", $"{provenance.Decoder}");
        }

        if (provenance.Lpips is not null)
        {
            yield return ("lpips", $"{provenance.Lpips}");
        }
    }

    private static void AddRows(Table table, Finding[] alike)
    {
        var style = alike[0].Severity switch
        {
            FindingSeverity.Error => ResultConsole.Alarm,
            FindingSeverity.Warning => ResultConsole.Answer,
            _ => ResultConsole.Aside,
        };
        var name = $"{KebabCaseNames<FindingSeverity>.Of(alike[0].Severity)}: {KebabCaseNames<FindingKind>.Of(alike[0].Kind)}";
        foreach (var finding in alike.Take(ShownOfAKind))
        {
            var samples = finding.Samples.Count == 0 ? "(all)" : string.Join(", ", finding.Samples.Take(ShownOfAKind));
            table.AddRow(new Text(name, style), ResultConsole.Literal(samples), ResultConsole.Literal($"{finding.Evidence}. {finding.Advice}"));
        }

        if (alike.Length > ShownOfAKind)
        {
            table.AddRow(new Text(name, style), new Text(""), new Text(FormattableString.Invariant($"and {alike.Length - ShownOfAKind} more; --json has all"), ResultConsole.Aside));
        }
    }
}
