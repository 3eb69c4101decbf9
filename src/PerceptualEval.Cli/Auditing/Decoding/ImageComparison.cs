using PerceptualEval.Cli.Datasets;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>What the latents show: their units are proved, each is decoded once and compared with its image, and what is suspicious then gets a closer look.</summary>
/// <param name="dataset">Latents and images.</param>
/// <param name="reconstruction">Decodes and compares; it keeps the units that were proved.</param>
/// <param name="unreadable">Gets what can't be read.</param>
/// <param name="interrupt">Ends the comparison.</param>
internal sealed class ImageComparison(Dataset dataset, Reconstruction reconstruction, UnreadableSamples unreadable, CancellationToken interrupt)
{
    private readonly List<Finding> _findings = [];

    /// <summary>What was found.</summary>
    public IReadOnlyList<Finding> Findings => _findings;

    /// <summary>How many samples got a closer look.</summary>
    public int Examined { get; private set; }

    /// <summary>Compares samples; to be called once.</summary>
    /// <param name="samples">The samples; each that is compared gets <see cref="AuditedSample.Decoded"/>.</param>
    /// <param name="batchSize">The most samples in one run of a graph.</param>
    public void Compare(IEnumerable<AuditedSample> samples, int batchSize)
    {
        var byRefusal = samples.ToLookup(sample => reconstruction.Refusal(sample.Shape));
        _findings.AddRange(byRefusal.Where(refused => refused.Key is not null).Select(Refused));
        var comparable = byRefusal[null].ToDictionary(sample => sample.Id);
        using var reader = new ChosenSamples(dataset, unreadable, interrupt);
        var spread = reader.Find(Spread([.. comparable.Keys]));
        if (spread.Count == 0)
        {
            _findings.Add(Finding.NotChecked("no latent can be compared with its image", "See the other findings."));
            return;
        }

        ProveUnits(spread, reader);
        new PairScan(reconstruction).Read(dataset, comparable, batchSize, interrupt);
        unreadable.Add(dataset.Bad);
        var first = spread[0].Target.Tensor;
        var decoded = comparable.Values.Where(sample => sample.Decoded is not null).ToArray();
        Examine(Suspects.Choose(decoded, reconstruction.ConversionOf(first), reconstruction.UnitsOf(first)), spread, reader);
    }

    private static Finding Refused(IGrouping<string?, AuditedSample> samples) =>
        Finding.NotChecked($"not compared with the image: {samples.Key}", "Nothing to do, if that is so on purpose.", [.. samples.Select(sample => sample.Id)]);

    // From all over the dataset: one end of it may be unlike the rest.
    private static HashSet<string> Spread(string[] ids)
    {
        var count = Math.Min(UnitProof.SamplesDecoded, ids.Length);
        return [.. Enumerable.Range(0, count).Select(i => ids[(int)((long)i * ids.Length / count)])];
    }

    private void ProveUnits(IReadOnlyList<Sample> samples, ChosenSamples reader)
    {
        if (UnitProof.Of(samples, reader, reconstruction) is not { } proof)
        {
            _findings.Add(Finding.NotChecked("units: neither the decoder nor the files know how to convert raw and model latents into each other", "Build the decoder with --config or --family."));
            return;
        }

        reconstruction.ReadsOtherUnits = proof.IsOther;
        _findings.Add(proof.ToFinding(userStates: samples[0].Target.Tensor.Units is not null));
    }

    private void Examine(IReadOnlyList<AuditedSample> suspects, IReadOnlyList<Sample> spread, ChosenSamples reader)
    {
        if (suspects.Count > Suspects.Most)
        {
            _findings.Add(Finding.NotChecked(FormattableString.Invariant($"{suspects.Count} samples decode to something unlike their image; the {Suspects.Most} furthest were looked at"),
                "Correct what was found, and audit again."));
        }

        var chosen = suspects.Take(Suspects.Most).ToDictionary(sample => sample.Id);
        var found = reader.Find(chosen.Keys.ToHashSet()).Select(sample => (chosen[sample.Id], sample)).ToArray();
        using var references = References.Read(spread, reader);
        var examinations = new SuspectExamination(reconstruction, reader, references).Examine(found);
        Examined = examinations.Count;
        _findings.AddRange(SwappedPairs.Merge(examinations));
    }
}
