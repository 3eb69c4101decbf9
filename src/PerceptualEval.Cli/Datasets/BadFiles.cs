namespace PerceptualEval.Cli.Datasets;

/// <summary>Counts the samples that could not be read, and remembers the first of them.</summary>
/// <param name="kept">How many are remembered.</param>
internal sealed class BadFiles(int kept = BadFiles.ReasonsKept)
{
    /// <summary>How many are remembered where nobody asks for more: as many as people read.</summary>
    public const int ReasonsKept = 20;

    private readonly List<(string Id, string Reason)> _kept = [];
    private List<BadFile> _new = [];

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>How many were added since some were last taken.</summary>
    public int NewCount => _new.Count;

    /// <summary>The first reason.</summary>
    public string First => Line(_kept[0]);

    /// <summary>The first samples, and why each can't be read.</summary>
    public IReadOnlyList<(string Id, string Reason)> Kept => _kept;

    /// <summary>The first reasons, one line each, and how many there are in all where that is more.</summary>
    public IEnumerable<string> Lines => Count > _kept.Count
        ? _kept.Select(Line).Append(FormattableString.Invariant($"and {Count - _kept.Count} more that can't be read"))
        : _kept.Select(Line);

    /// <summary>Adds one.</summary>
    public void Add(BadFile file)
    {
        Count++;
        _new.Add(file);
        if (_kept.Count < kept)
        {
            _kept.Add((file.Id, file.Reason));
        }
    }

    /// <summary>Takes those that were added since the last time.</summary>
    public IReadOnlyList<BadFile> TakeNew()
    {
        var taken = _new;
        _new = [];
        return taken;
    }

    private static string Line((string Id, string Reason) bad) => $"'{bad.Id}' passed over: {bad.Reason}";
}
