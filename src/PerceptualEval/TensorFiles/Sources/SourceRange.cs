namespace PerceptualEval.TensorFiles.Sources;

/// <summary>A part of a source that readers must not leave.</summary>
internal sealed class SourceRange(ByteSource source, long start, long length) : ByteSource
{
    public override long Length => length;

    public override void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || destination.Length > length - offset)
        {
            throw new InvalidDataException($"{destination.Length} bytes wanted at byte {offset} of {length}; the file is damaged");
        }

        source.Read(start + offset, destination);
    }
}
