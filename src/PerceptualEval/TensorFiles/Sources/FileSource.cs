using Microsoft.Win32.SafeHandles;

namespace PerceptualEval.TensorFiles.Sources;

/// <summary>A whole file, read straight into the caller's memory.</summary>
internal sealed class FileSource : ByteSource, IDisposable
{
    private readonly SafeFileHandle _handle;

    private FileSource(SafeFileHandle handle)
    {
        _handle = handle;
        Length = RandomAccess.GetLength(handle);
    }

    public override long Length { get; }

    /// <summary>Opens a file for reading; others may read it too.</summary>
    /// <exception cref="InvalidDataException">There is no such file, or it is a directory or a pipe.</exception>
    /// <exception cref="IOException">The operating system failed to open it.</exception>
    /// <exception cref="UnauthorizedAccessException">This user may not read it.</exception>
    public static FileSource Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new InvalidDataException("is a directory; expected a tensor file. Name one of the files in it.");
        }

        if (!File.Exists(path))
        {
            throw new InvalidDataException("no such file. Check the path.");
        }

        var handle = File.OpenHandle(path);
        try
        {
            return new FileSource(handle);
        }
        catch (NotSupportedException e)
        {
            handle.Dispose();
            throw new InvalidDataException("is a pipe or device; expected a file, which can be read at any place. Write it to one first.", e);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public override void Read(long offset, Span<byte> destination)
    {
        while (!destination.IsEmpty)
        {
            var count = RandomAccess.Read(_handle, destination, offset);
            if (count == 0)
            {
                throw new InvalidDataException($"the file ends at byte {offset}, {destination.Length} bytes too early; copy or download it again");
            }

            destination = destination[count..];
            offset += count;
        }
    }

    public void Dispose() => _handle.Dispose();
}
