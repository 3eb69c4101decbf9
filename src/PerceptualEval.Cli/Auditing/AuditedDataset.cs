using PerceptualEval.Models;

namespace PerceptualEval.Cli.Auditing;

/// <summary>What the passes over a dataset have found, for the checks.</summary>
/// <param name="Samples">The samples whose values could be read, in order.</param>
/// <param name="Decoder">The decoder's name; null where there is none.</param>
/// <param name="Space">The latents that the decoder takes; null where there is none.</param>
internal sealed record AuditedDataset(IReadOnlyList<AuditedSample> Samples, string? Decoder, LatentSpace? Space)
{
    /// <summary>The channels that latents should have: the decoder's, else those that most have; null where there is no majority.</summary>
    public int? Channels { get; } = Space?.Channels ?? MajorityOf(Samples);

    /// <summary>The samples whose statistics count: healthy, and of the right channels.</summary>
    public IEnumerable<AuditedSample> Healthy => Samples.Where(sample => sample.IsHealthy && sample.Channels == Channels);

    /// <summary>The samples that are worth decoding. A constant one is: its image may be of one colour.</summary>
    public IEnumerable<AuditedSample> Decodable => Samples.Where(sample => sample.IsDecodable && sample.Channels == Channels);

    private static int? MajorityOf(IReadOnlyList<AuditedSample> samples) => samples.GroupBy(sample => sample.Channels)
        .Where(group => group.Count() > samples.Count / 2)
        .Select(group => (int?)group.Key)
        .FirstOrDefault();
}
