namespace PerceptualEval.Cli.Results.Folders;

/// <summary>
/// Keeps a results folder to one process. The system holds the lock, not the file <c>.lock</c>: it ends with the process, however
/// that ends, and the file it leaves behind is in nobody's way.
/// </summary>
internal sealed class FolderLock : IDisposable
{
    /// <summary>The file's name; hidden, so that readers of the folder pass over it.</summary>
    public const string FileName = ".lock";

    // EWOULDBLOCK of Linux and of macOS, ERROR_SHARING_VIOLATION of Windows as an HRESULT.
    private static readonly int[] HeldByAnother = [11, 35, unchecked((int)0x80070020)];

    private readonly FileStream _file;

    private FolderLock(FileStream file) => _file = file;

    /// <summary>Takes the lock.</summary>
    /// <param name="folder">The folder, which exists.</param>
    /// <exception cref="ResultException">Another process has it.</exception>
    /// <exception cref="OutputException">The folder can't be written.</exception>
    public static FolderLock Take(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            return new FolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0));
        }
        catch (IOException exception) when (HeldByAnother.Contains(exception.HResult))
        {
            throw new ResultException(folder, "another process is writing results here. Wait for its end, or choose another folder.", exception);
        }
        catch (Exception exception) when (OutputException.IsCause(exception))
        {
            throw OutputException.Because(path, exception);
        }
    }

    /// <summary>Gives it back.</summary>
    public void Dispose() => _file.Dispose();
}
