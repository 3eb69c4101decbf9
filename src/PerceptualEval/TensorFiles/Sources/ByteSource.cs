namespace PerceptualEval.TensorFiles.Sources;

/// <summary>Bytes that can be read at any place: a file or a part of one, memory, or a member of a zip archive.</summary>
internal abstract class ByteSource
{
    /// <summary>How many bytes there are.</summary>
    public abstract long Length { get; }

    /// <summary>Fills the destination with the bytes from an offset on.</summary>
    /// <param name="offset">From 0.</param>
    /// <param name="destination">Memory of the caller; filled completely.</param>
    /// <exception cref="InvalidDataException">The source ends before, or its content is damaged.</exception>
    /// <exception cref="IOException">The operating system failed to read.</exception>
    public abstract void Read(long offset, Span<byte> destination);
}
