namespace PerceptualEval.Cli.Images;

/// <summary>A picture's size in pixels, the way up that it is shown.</summary>
internal readonly record struct ImageSize(int Height, int Width)
{
    /// <summary>Height × width, for example <c>480x640</c>: the order of a tensor's dimensions.</summary>
    public override string ToString() => $"{Height}x{Width}";
}
