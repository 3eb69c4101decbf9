using System.Text.Json;
using PerceptualEval.Cli.Auditing;
using PerceptualEval.Cli.Auditing.Writing;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Reports;

/// <summary>The report of <c>audit</c>: what is wrong with a dataset, and the samples that it is about.</summary>
internal static class AuditReport
{
    private const int PicturesOfGroup = 12;

    /// <summary>Makes the report, without pictures.</summary>
    /// <param name="title">What was audited.</param>
    /// <param name="result">What was found.</param>
    public static ReportData Of(string title, AuditResult result) => new()
    {
        Title = title,
        Verdict = Verdict(result),
        Terms = result.Distances.Count == 0 ? [] : [ReportTerm.Reconstruction],
        Checkpoints = result.Distances.Count == 0 ? [] : [new ReportCheckpoint(title, [.. result.Distances.Select(Row)])],
        Facts = ProvenanceFacts.Of(JsonElement.Parse(ResultJson.Bytes(result.Provenance, AuditJson.Default.AuditProvenance))),
        Findings =
        [
            .. result.Findings
                .GroupBy(finding => (finding.Severity, finding.Kind, finding.Advice))
                .Select(alike => new ReportFinding(
                    alike.Key.Severity, InWords(alike.Key.Kind), alike.Key.Advice, [.. alike.Select(finding => new FindingCase(finding.Evidence, finding.Samples))])),
        ],
        Gallery = Gallery.None with { Groups = [.. Groups(result).Where(group => group.Ids.Count > 0)] },
    };

    private static ReportRow Row((string Id, double Distance) sample) => double.IsFinite(sample.Distance)
        ? new ReportRow(sample.Id, [sample.Distance])
        : new ReportRow(sample.Id, [null], "the decoded image has values that are not finite");

    // Of what was decoded: there is nothing to see of the others.
    private static IEnumerable<GalleryGroup> Groups(AuditResult result)
    {
        var decoded = result.Distances.Select(sample => sample.Id).ToHashSet(StringComparer.Ordinal);
        yield return new GalleryGroup("Errors", "Samples with errors, some of every kind.", Found(FindingSeverity.Error));
        yield return new GalleryGroup("Warnings", "Samples with warnings, some of every kind.", Found(FindingSeverity.Warning));
        yield return new GalleryGroup(
            "Furthest", "The samples whose decoded latent is furthest from the image, whether or not that is wrong.",
            [.. result.Distances.OrderByDescending(sample => sample.Distance).Take(PicturesOfGroup).Select(sample => sample.Id)]);

        // The first of every kind, then the second of every kind and so on.
        IReadOnlyList<string> Found(FindingSeverity severity) =>
        [
            .. result.Findings
                .Where(finding => finding.Severity == severity)
                .GroupBy(finding => finding.Kind)
                .SelectMany(alike => alike.Select((finding, place) => (finding.Samples, Place: place)))
                .OrderBy(finding => finding.Place)
                .SelectMany(finding => finding.Samples)
                .Where(decoded.Contains)
                .Distinct()
                .Take(PicturesOfGroup),
        ];
    }

    private static ReportVerdict Verdict(AuditResult result)
    {
        var counts = result.Counts;
        var samples = Count(counts.All, "sample");
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
