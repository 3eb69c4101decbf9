using System.Text.Json;
using PerceptualEval.Cli.Auditing;
using PerceptualEval.Cli.Auditing.Writing;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Reports;

/// <summary>The report of <c>audit</c>: what is wrong with a dataset, and the samples that it is about.</summary>
internal static class AuditReport
{
    private const int PicturesOfSeverity = 12;

    /// <summary>Makes the report, without pictures.</summary>
    /// <param name="title">What was audited.</param>
    /// <param name="result">What was found.</param>
    public static ReportData Of(string title, AuditResult result) => new()
    {
        Title = title,
        Verdict = Verdict(result),
        Terms = [],
        Checkpoints = [],
        Facts = ProvenanceFacts.Of(JsonElement.Parse(ResultJson.Bytes(result.Provenance, AuditJson.Default.AuditProvenance))),
        Findings =
        [
            .. result.Findings
                .GroupBy(finding => (finding.Severity, finding.Kind, finding.Advice))
                .Select(alike => new ReportFinding(
                    alike.Key.Severity, InWords(alike.Key.Kind), alike.Key.Advice, [.. alike.Select(finding => new FindingCase(finding.Evidence, finding.Samples))])),
        ],
        Gallery = Gallery.None with { Groups = [.. Groups(result)] },
    };

    private static IEnumerable<GalleryGroup> Groups(AuditResult result)
    {
        foreach (var severity in new[] { FindingSeverity.Error, FindingSeverity.Warning })
        {
            string[] ids = [.. result.Findings.Where(finding => finding.Severity == severity).SelectMany(finding => finding.Samples).Distinct().Take(PicturesOfSeverity)];
            if (ids.Length > 0)
            {
                yield return new GalleryGroup($"{severity}s", $"The first samples with {(severity == FindingSeverity.Error ? "errors" : "warnings")}.", ids);
            }
        }
    }

    private static ReportVerdict Verdict(AuditResult result)
    {
        var counts = result.Counts;
        var samples = Count(counts.Samples + counts.Unreadable, "sample");
        var headline = (counts.Errors, counts.Warnings) switch
        {
            (0, 0) => $"Nothing wrong found in {samples}",
            (0, _) => $"{Count(counts.Warnings, "warning")} in {samples}",
            _ => $"{Count(counts.Errors, "error")} in {samples}",
        };
        List<string?> sentences =
        [
            counts.Errors > 0 ? "What trains on these learns something false, or nothing: mend them first." : null,
            counts.Errors > 0 && counts.Warnings > 0 ? $"{Count(counts.Warnings, "warning")} more may be intended; look at them once." : null,
            counts.Decoded > 0
                ? FormattableString.Invariant($"{Count(counts.Decoded, "sample")} {(counts.Decoded == 1 ? "was" : "were")} decoded and compared with the image, {counts.Examined:N0} of them closely.")
                : "Nothing was decoded: values, shapes and sizes were looked at, not what the latents show.",
        ];
        var tone = counts.Errors + counts.Warnings > 0 ? ReportTone.Bad : ReportTone.Good;
        return new ReportVerdict(headline, [.. sentences.OfType<string>()], tone);
    }

    private static string Count(long number, string one) => FormattableString.Invariant($"{number:N0} {one}{(number == 1 ? string.Empty : "s")}");

    // "flipped-horizontally" becomes "Flipped horizontally".
    private static string InWords(FindingKind kind)
    {
        var name = KebabCaseNames<FindingKind>.Of(kind).Replace('-', ' ');
        return char.ToUpperInvariant(name[0]) + name[1..];
    }
}
