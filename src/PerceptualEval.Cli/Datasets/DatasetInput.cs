namespace PerceptualEval.Cli.Datasets;

/// <summary>One argument that names files of a dataset.</summary>
/// <param name="Option">The argument as users write it, for messages: <c>--target</c>, <c>A</c>.</param>
/// <param name="Path">The file or folder.</param>
/// <param name="Kind">What its files hold.</param>
internal sealed record DatasetInput(string Option, string Path, SourceKind Kind)
{
    /// <summary>What the user said of its tensor files.</summary>
    public LatentReading Reading { get; init; } = LatentReading.Default;

    /// <summary>The argument and its value, for messages.</summary>
    public override string ToString() => $"{Option} '{Path}'";
}
