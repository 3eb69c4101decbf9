namespace PerceptualEval.ModelBuilder.Autoencoders;

/// <summary>The levels of a TAESD network as its tensors tell them, in their order.</summary>
/// <param name="width">The channels of the first level.</param>
internal sealed class TaesdLevels(int width)
{
    private readonly List<int> _widths = [width];
    private readonly List<int> _blocks = [0];

    /// <summary>Each level's channels.</summary>
    public IReadOnlyList<int> Widths => _widths;

    /// <summary>How many blocks each level has.</summary>
    public IReadOnlyList<int> Blocks => _blocks;

    /// <summary>The channels of the level at work.</summary>
    public int Width => _widths[^1];

    /// <summary>Begins a level.</summary>
    public void Begin(int width)
    {
        _widths.Add(width);
        _blocks.Add(0);
    }

    /// <summary>Adds a block to the level at work.</summary>
    public void AddBlock() => _blocks[^1]++;
}
