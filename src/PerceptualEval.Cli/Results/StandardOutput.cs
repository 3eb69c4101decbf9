namespace PerceptualEval.Cli.Results;

/// <summary>Standard output, which gets a result whole or not at all: a run that fails leaves nothing to choke on.</summary>
/// <param name="destination">Standard output, or what stands in for it; stays the caller's.</param>
internal sealed class StandardOutput(Stream destination) : Output("standard output")
{
    private readonly MemoryStream _held = new();

    /// <inheritdoc/>
    public override void Dispose() => _held.Dispose();

    /// <inheritdoc/>
    protected override void WriteBytes(ReadOnlySpan<byte> bytes) => _held.Write(bytes);

    /// <inheritdoc/>
    protected override void Finish()
    {
        _held.WriteTo(destination);
        destination.Flush();
    }
}
