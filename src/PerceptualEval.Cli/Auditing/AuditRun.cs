using PerceptualEval.Cli.Auditing.Checks;
using PerceptualEval.Cli.Auditing.Decoding;
using PerceptualEval.Cli.Auditing.Sizes;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Reading;

namespace PerceptualEval.Cli.Auditing;

/// <summary>
/// An audit: one pass over the latents' values; where there are images one over the headers; where there is a decoder, too, one that
/// decodes everything once, and a closer look at what is suspicious then.
/// </summary>
/// <param name="latents">The latents alone.</param>
/// <param name="pairs">Latents and images; null where there are no images.</param>
/// <param name="decoder">What is known of the decoder; null where there is none.</param>
/// <param name="reconstruction">Decodes and compares; null where there is no decoder or no LPIPS network, or where they do not take these samples.</param>
/// <param name="interrupt">Ends the audit.</param>
internal sealed class AuditRun(Dataset latents, Dataset? pairs, AuditDecoder? decoder, Reconstruction? reconstruction, CancellationToken interrupt)
{
    private static readonly IAuditCheck[] Checks = [new NonFiniteCheck(), new ConstantCheck(), new ChannelCheck(), new DuplicateCheck(), new StatisticsCheck()];

    private readonly List<Finding> _findings = [];
    private (long Decoded, long Examined) _done;

    /// <summary>Runs the audit; to be called once.</summary>
    /// <param name="provenance">What it depends on.</param>
    /// <param name="batchSize">The most samples in one run of a graph.</param>
    public AuditResult Run(AuditProvenance provenance, int batchSize)
    {
        var samples = LatentScan.Read(latents, interrupt);
        var dataset = new AuditedDataset(samples, decoder?.Name, decoder?.Space);
        var unreadable = latents.Bad.Count;
        AddUnreadable(latents.Bad, except: null);
        if (pairs is not null)
        {
            var fitting = CompareSizes(pairs);
            if (reconstruction is not null)
            {
                Decode(pairs, dataset.Decodable.Where(sample => fitting.Contains(sample.Id)).ToDictionary(sample => sample.Id), batchSize);
            }

            // Latents that can't be read are in both datasets.
            unreadable += AddUnreadable(pairs.Bad, except: latents.Bad);
            AddUnpaired(pairs);
        }

        _findings.AddRange(Checks.SelectMany(check => check.Find(dataset)));
        return new AuditResult(provenance, Count(samples.Count, unreadable), [.. _findings.OrderByDescending(finding => finding.Severity)]);
    }

    private AuditCounts Count(long samples, long unreadable) => new(
        samples,
        unreadable,
        _done.Decoded,
        _done.Examined,
        _findings.Count(finding => finding.Severity == FindingSeverity.Error),
        _findings.Count(finding => finding.Severity == FindingSeverity.Warning),
        _findings.Count(finding => finding.Severity == FindingSeverity.Note));

    private int AddUnreadable(BadFiles bad, BadFiles? except)
    {
        var known = except?.Kept.Select(file => file.Id).ToHashSet(StringComparer.Ordinal) ?? [];
        var added = 0;
        foreach (var (id, reason) in bad.Kept.Where(file => !known.Contains(file.Id)))
        {
            _findings.Add(new Finding(FindingSeverity.Error, FindingKind.Unreadable, [id], reason, "Write the file again, or remove it."));
            added++;
        }

        return added;
    }

    private void AddUnpaired(Dataset dataset)
    {
        if (dataset.Warning is { } warning)
        {
            _findings.Add(new Finding(FindingSeverity.Warning, FindingKind.Unpaired, [], warning, "Add what is missing; it was audited without its partner."));
        }
    }

    private HashSet<string> CompareSizes(Dataset dataset)
    {
        if ((decoder?.Space.SpatialFactor ?? SizeScan.FactorOf(dataset)) is not { } factor)
        {
            _findings.Add(NotChecked("sizes: without a decoder the latents' scale is not known, and no usual one fits half of the images", "Give --decoder."));
            return [];
        }

        var scan = new SizeScan();
        _findings.AddRange(scan.Read(dataset, factor, interrupt));
        return scan.Fitting;
    }

    private void Decode(Dataset dataset, Dictionary<string, AuditedSample> samples, int batchSize)
    {
        var ids = samples.Keys.ToArray();
        var spread = Enumerable.Range(0, Math.Min(UnitProof.SamplesDecoded, ids.Length)).Select(i => ids[(int)((long)i * ids.Length / UnitProof.SamplesDecoded)]);
        var spreadSamples = Find(dataset, [.. spread]);
        if (spreadSamples.Count == 0)
        {
            _findings.Add(NotChecked("no latent can be compared with its image", "See the other findings."));
            return;
        }

        using var reader = new SampleReader(dataset.SourceCount);
        ProveUnits(spreadSamples, reader);
        new PairScan(reconstruction!).Read(dataset, samples, batchSize, interrupt);
        AuditedSample[] decoded = [.. samples.Values.Where(sample => sample.Decoded is not null)];
        _done.Decoded = decoded.Length;
        var first = spreadSamples[0].Target.Tensor;
        Examine(dataset, Suspects.Choose(decoded, reconstruction!.ConversionOf(first), reconstruction.UnitsOf(first)), spreadSamples, reader);
    }

    private void ProveUnits(List<Sample> samples, SampleReader reader)
    {
        var proof = UnitProof.Of(samples, reader, reconstruction!, interrupt);
        if (proof is null)
        {
            _findings.Add(NotChecked("units: neither the decoder nor the files know how to convert raw and model latents into each other", "Build the decoder with --config or --family."));
            return;
        }

        reconstruction!.ReadsOtherUnits = proof.IsOther;
        _findings.Add(proof.ToFinding(userStates: samples[0].Target.Tensor.Units is not null));
    }

    private void Examine(Dataset dataset, IReadOnlyList<AuditedSample> suspects, List<Sample> spread, SampleReader reader)
    {
        if (suspects.Count > Suspects.Most)
        {
            _findings.Add(NotChecked(FormattableString.Invariant($"{suspects.Count} samples decode to something unlike their image; the {Suspects.Most} furthest were looked at"),
                "Correct what was found, and audit again."));
        }

        var chosen = suspects.Take(Suspects.Most).ToDictionary(sample => sample.Id);
        var found = Find(dataset, [.. chosen.Keys]).Select(sample => (chosen[sample.Id], sample)).ToArray();
        using var references = References.Read(spread, reader);
        var examinations = new SuspectExamination(reconstruction!, reader, references.Images).Examine(found, interrupt);
        _done.Examined = examinations.Count;
        _findings.AddRange(SwappedPairs.Merge(examinations));
    }

    // Samples, not values: they can be read again in any order.
    private List<Sample> Find(Dataset dataset, HashSet<string> ids)
    {
        var found = new List<Sample>(ids.Count);
        foreach (var sample in dataset.Samples().Where(sample => ids.Contains(sample.Id)))
        {
            interrupt.ThrowIfCancellationRequested();
            found.Add(sample);
        }

        return found;
    }

    private static Finding NotChecked(string what, string advice) => new(FindingSeverity.Note, FindingKind.NotChecked, [], what, advice);
}
