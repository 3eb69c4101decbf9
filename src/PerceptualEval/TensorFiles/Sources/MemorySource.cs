namespace PerceptualEval.TensorFiles.Sources;

/// <summary>A file whose bytes are in memory: a member of a compressed archive, or what a gzip file holds.</summary>
internal sealed class MemorySource(ReadOnlyMemory<byte> bytes) : ByteSource
{
    public override long Length => bytes.Length;

    public override void Read(long offset, Span<byte> destination)
    {
        if (offset < 0 || destination.Length > bytes.Length - offset)
        {
            throw new InvalidDataException($"{destination.Length} bytes wanted at byte {offset} of {bytes.Length}; the file is cut off or damaged");
        }

        bytes.Span.Slice((int)offset, destination.Length).CopyTo(destination);
    }
}
