namespace PerceptualEval.Cli.Datasets;

/// <summary>One argument that names files of a dataset.</summary>
/// <param name="Option">The argument as users write it, for messages: <c>--target</c>, <c>A</c>.</param>
/// <param name="Path">The file or folder.</param>
/// <param name="Kind">What its files hold.</param>
/// <param name="Layout">How a sample's dimensions lie in its tensor files.</param>
internal sealed record DatasetInput(string Option, string Path, SourceKind Kind, SampleLayout Layout = SampleLayout.Image)
{
    /// <summary>The argument and its value, for messages.</summary>
    public override string ToString() => $"{Option} '{Path}'";
}
