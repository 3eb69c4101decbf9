namespace PerceptualEval.Cli.Results;

/// <summary>Where results go. Making one proves that it can be written; <see cref="Commit"/> makes what was written final.</summary>
/// <param name="name">The file, as given, or "standard output".</param>
internal abstract class Output(string name) : IDisposable
{
    /// <summary>Writes bytes after those written before.</summary>
    /// <exception cref="OutputException">They can't be written; the disk is full, for instance.</exception>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        try
        {
            WriteBytes(bytes);
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            throw OutputException.Because(name, exception, whileRunning: true);
        }
    }

    /// <summary>Makes what was written final. Nothing is written after it.</summary>
    /// <exception cref="OutputException">The last bytes can't be written, or the file can't be put in its place.</exception>
    public void Commit()
    {
        try
        {
            Finish();
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            throw OutputException.Because(name, exception, whileRunning: true);
        }
    }

    /// <summary>Closes the output; what was not committed is undone where this kind of output can.</summary>
    public abstract void Dispose();

    /// <summary>Writes bytes; the caller puts failures into words.</summary>
    protected abstract void WriteBytes(ReadOnlySpan<byte> bytes);

    /// <summary>Makes what was written final; the caller puts failures into words.</summary>
    protected abstract void Finish();

    /// <summary>Opens a file for writing, its content untouched, and proves by a byte that there is room for more.</summary>
    /// <param name="path">The file.</param>
    /// <param name="mode">Whether it may or must exist.</param>
    /// <param name="isFile">False for a pipe or a device: what it is given, it does not keep.</param>
    /// <returns>The open file at its start, unbuffered: what is written is in the system's hands at once.</returns>
    protected static FileStream OpenAndProbe(string path, FileMode mode, out bool isFile)
    {
        var stream = new FileStream(path, mode, FileAccess.Write, FileShare.Read, bufferSize: 0);
        try
        {
            isFile = stream.CanSeek && GrowsByAByte(stream);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    private static bool GrowsByAByte(FileStream stream)
    {
        var length = stream.Length;
        stream.Position = length;
        stream.WriteByte((byte)'\n');
        var grew = stream.Length > length;
        if (grew)
        {
            stream.SetLength(length);
        }

        stream.Position = 0;
        return grew;
    }
}
