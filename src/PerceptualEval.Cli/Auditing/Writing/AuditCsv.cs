using System.Buffers;
using System.Text;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Auditing.Writing;

/// <summary>Writes findings as CSV as RFC 4180 has it: one line a finding, its samples separated by spaces and semicolons.</summary>
internal static class AuditCsv
{
    private static readonly SearchValues<char> NeedsQuotes = SearchValues.Create(",\"\r\n");

    /// <summary>Writes the findings and makes the output final.</summary>
    /// <param name="output">Where to write; stays the caller's.</param>
    /// <param name="result">The audit.</param>
    /// <exception cref="OutputException">They can't be written.</exception>
    public static void Write(Output output, AuditResult result)
    {
        WriteLine(output, ["severity", "kind", "samples", "evidence", "advice"]);
        foreach (var finding in result.Findings)
        {
            WriteLine(output,
            [
                KebabCaseNames<FindingSeverity>.Of(finding.Severity),
                KebabCaseNames<FindingKind>.Of(finding.Kind),
                string.Join("; ", finding.Samples),
                finding.Evidence,
                finding.Advice,
            ]);
        }

        output.Commit();
    }

    private static void WriteLine(Output output, string[] fields) => output.Write(Encoding.UTF8.GetBytes(string.Join(',', fields.Select(Field)) + "\r\n"));

    private static string Field(string text) =>
        text.AsSpan().ContainsAny(NeedsQuotes) ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
}
