namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>Tells samples that have each other's latent as one finding instead of two.</summary>
internal static class SwappedPairs
{
    /// <summary>The findings of examinations, in their order.</summary>
    public static IEnumerable<Finding> Merge(IReadOnlyList<Examination> examinations)
    {
        var byId = examinations.ToDictionary(examination => examination.Sample.Id);
        var merged = new HashSet<string>();
        foreach (var examination in examinations)
        {
            var id = examination.Sample.Id;
            if (examination.Find() is not { } finding)
            {
                continue;
            }

            examination.Sample.Decoded!.IsWrong = finding.Severity != FindingSeverity.Note;
            if (merged.Contains(id))
            {
                continue;
            }

            if (finding.Kind == FindingKind.Swapped && byId[examination.Match!.Id].BelongsTo(id))
            {
                var other = byId[examination.Match.Id];
                merged.Add(other.Sample.Id);
                finding = finding with
                {
                    Samples = [id, other.Sample.Id],
                    Evidence = $"'{id}': {finding.Evidence}. '{other.Sample.Id}': {other.Find()!.Evidence}",
                    Advice = "Each has the other's latent: exchange the files, or encode both images again.",
                };
            }

            yield return finding;
        }
    }
}
