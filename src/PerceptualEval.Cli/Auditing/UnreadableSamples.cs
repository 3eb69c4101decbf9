using PerceptualEval.Cli.Datasets;

namespace PerceptualEval.Cli.Auditing;

/// <summary>The samples that an audit could not read. Each counts once, however many passes have met it.</summary>
internal sealed class UnreadableSamples
{
    private readonly OrderedDictionary<string, string> _reasons = new(StringComparer.Ordinal);

    /// <summary>Their ids, or those of the files that should be samples.</summary>
    public IReadOnlyCollection<string> Ids => _reasons.Keys;

    /// <summary>Adds what a pass over a dataset has met. A dataset forgets it when it is enumerated again.</summary>
    public void Add(BadFiles bad)
    {
        foreach (var (id, reason) in bad.Kept)
        {
            Add(id, reason);
        }
    }

    /// <summary>Adds one.</summary>
    /// <param name="id">The sample.</param>
    /// <param name="reason">Why it can't be read; it names the file.</param>
    public void Add(string id, string reason) => _reasons.TryAdd(id, reason.TrimEnd('.'));

    /// <summary>One finding each, in the order in which they were met.</summary>
    public IEnumerable<Finding> Find() => _reasons.Select(sample =>
        new Finding(FindingSeverity.Error, FindingKind.Unreadable, [sample.Key], sample.Value, "Write the file again, or remove it."));
}
