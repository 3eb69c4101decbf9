namespace PerceptualEval.TensorFiles.Sources;

/// <summary>A source as an unbuffered stream, for readers that need one. The source stays its owner's.</summary>
internal sealed class SourceStream(ByteSource source) : Stream
{
    private long _position;

    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => source.Length;

    public override long Position
    {
        get => _position;
        set => _position = value >= 0 ? value : throw new IOException($"byte {value} was sought; a source begins at byte 0");
    }

    public override int Read(Span<byte> buffer)
    {
        var count = (int)Math.Clamp(source.Length - _position, 0, buffer.Length);
        source.Read(_position, buffer[..count]);
        _position += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override long Seek(long offset, SeekOrigin origin) => Position = offset + origin switch
    {
        SeekOrigin.Begin => 0,
        SeekOrigin.Current => _position,
        _ => source.Length,
    };

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
