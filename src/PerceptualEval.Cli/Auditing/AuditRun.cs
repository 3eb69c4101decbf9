using PerceptualEval.Cli.Auditing.Checks;
using PerceptualEval.Cli.Auditing.Decoding;
using PerceptualEval.Cli.Auditing.Sizes;
using PerceptualEval.Cli.Datasets;

namespace PerceptualEval.Cli.Auditing;

/// <summary>
/// An audit: one pass over the latents' values; where there are images one over the headers; where there is a decoder, too, one that
/// decodes everything once, and a closer look at what is suspicious then. A sample that can't be read is a finding and ends nothing.
/// </summary>
/// <param name="latents">The latents alone.</param>
/// <param name="pairs">Latents and images; null where there are no images.</param>
/// <param name="decoder">What is known of the decoder; null where there is none.</param>
/// <param name="reconstruction">Decodes and compares; null where there is no decoder or no LPIPS network.</param>
/// <param name="interrupt">Ends the audit.</param>
internal sealed class AuditRun(Dataset latents, Dataset? pairs, AuditDecoder? decoder, Reconstruction? reconstruction, CancellationToken interrupt)
{
    private static readonly IAuditCheck[] Checks = [new NonFiniteCheck(), new ConstantCheck(), new ChannelCheck(), new DuplicateCheck(), new StatisticsCheck()];

    private readonly List<Finding> _findings = [];
    private readonly UnreadableSamples _unreadable = new();
    private int _examined;

    /// <summary>Runs the audit; to be called once.</summary>
    /// <param name="provenance">What it depends on.</param>
    /// <param name="batchSize">The most samples in one run of a graph.</param>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public AuditResult Run(AuditProvenance provenance, int batchSize)
    {
        var samples = LatentScan.Read(latents, interrupt);
        _unreadable.Add(latents.Bad);
        var dataset = new AuditedDataset(samples, decoder?.Name, decoder?.Space);
        if (pairs is not null)
        {
            AuditPairs(pairs, dataset, batchSize);
        }

        _findings.AddRange(Checks.SelectMany(check => check.Find(dataset)));
        Finding[] findings = [.. _unreadable.Find().Concat(_findings).OrderByDescending(finding => finding.Severity)];
        (string, double)[] distances = [.. samples.Where(sample => sample.Decoded is not null).Select(sample => (sample.Id, sample.Decoded!.Distance))];
        return new AuditResult(provenance, Count(samples, distances.Length, findings), findings, distances);
    }

    private AuditCounts Count(List<AuditedSample> samples, int decoded, Finding[] findings)
    {
        return new AuditCounts(samples.Count, _unreadable.Ids.Count, decoded, _examined, Of(FindingSeverity.Error), Of(FindingSeverity.Warning), Of(FindingSeverity.Note))
        {
            All = samples.Select(sample => sample.Id).Union(_unreadable.Ids, StringComparer.Ordinal).LongCount(),
        };

        int Of(FindingSeverity severity) => findings.Count(finding => finding.Severity == severity);
    }

    private void AuditPairs(Dataset dataset, AuditedDataset audited, int batchSize)
    {
        var fitting = CompareSizes(dataset);
        _unreadable.Add(dataset.Bad);
        if (reconstruction is not null)
        {
            var comparison = new ImageComparison(dataset, reconstruction, _unreadable, interrupt);
            comparison.Compare(audited.Decodable.Where(sample => fitting.Contains(sample.Id)), batchSize);
            _findings.AddRange(comparison.Findings);
            _examined = comparison.Examined;
        }

        if (dataset.Warning is { } warning)
        {
            _findings.Add(new Finding(FindingSeverity.Warning, FindingKind.Unpaired, [], warning, "Add what is missing; it was audited without its partner."));
        }
    }

    private HashSet<string> CompareSizes(Dataset dataset)
    {
        if ((decoder?.Space.SpatialFactor ?? SizeScan.FactorOf(dataset)) is not { } factor)
        {
            _findings.Add(Finding.NotChecked("sizes: without a decoder the latents' scale is not known, and no usual one fits half of the images", "Give --decoder."));
            return [];
        }

        var scan = new SizeScan();
        _findings.AddRange(scan.Read(dataset, factor, interrupt));
        return scan.Fitting;
    }
}
