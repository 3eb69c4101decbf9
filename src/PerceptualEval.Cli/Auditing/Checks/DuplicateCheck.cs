namespace PerceptualEval.Cli.Auditing.Checks;

/// <summary>Finds latents with exactly the same values. Constant ones are found by their own check.</summary>
internal sealed class DuplicateCheck : IAuditCheck
{
    private const int NamesInEvidence = 5;

    /// <inheritdoc/>
    public IEnumerable<Finding> Find(AuditedDataset dataset) => dataset.Samples
        .Where(sample => sample.IsHealthy)
        .GroupBy(sample => sample.Hash)
        .Where(group => group.Count() > 1)
        .Select(group => Describe([.. group]));

    private static Finding Describe(AuditedSample[] same)
    {
        string[] ids = [.. same.Select(sample => sample.Id)];
        var names = string.Join(", ", ids.Take(NamesInEvidence)) + (ids.Length > NamesInEvidence ? ", …" : "");
        var images = same.Select(sample => sample.Decoded?.ImageHash).OfType<UInt128>().ToArray();
        var (severity, about, advice) = (images.Length == same.Length, images.Distinct().Count()) switch
        {
            (false, _) => (FindingSeverity.Warning, "", "Keep one of them, or look whether one was encoded from the wrong image."),
            (true, 1) => (FindingSeverity.Warning, "; their images are the same, too", "Keep one of them, unless the image should count several times."),
            _ => (FindingSeverity.Error, "; their images differ", "Encode their images again: at most one of the latents is its image's."),
        };
        return new Finding(severity, FindingKind.Duplicate, ids, FormattableString.Invariant($"{ids.Length} latents have the same values: {names}{about}"), advice);
    }
}
