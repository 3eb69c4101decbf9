namespace PerceptualEval.Cli.Datasets;

/// <summary>Counts the samples that could not be read, and remembers the first of them.</summary>
internal sealed class BadFiles
{
    private const int ReasonsKept = 20;

    private readonly List<string> _reasons = [];
    private List<BadFile> _new = [];

    /// <summary>How many there are.</summary>
    public long Count { get; private set; }

    /// <summary>The first reason.</summary>
    public string First => _reasons[0];

    /// <summary>The first reasons, one line each, and how many there are in all where that is more.</summary>
    public IEnumerable<string> Lines => Count > _reasons.Count
        ? _reasons.Append(FormattableString.Invariant($"and {Count - _reasons.Count} more that can't be read"))
        : _reasons;

    /// <summary>Adds one.</summary>
    public void Add(BadFile file)
    {
        Count++;
        _new.Add(file);
        if (_reasons.Count < ReasonsKept)
        {
            _reasons.Add($"'{file.Id}' passed over: {file.Reason}");
        }
    }

    /// <summary>Takes those that were added since the last time.</summary>
    public IReadOnlyList<BadFile> TakeNew()
    {
        var taken = _new;
        _new = [];
        return taken;
    }
}
