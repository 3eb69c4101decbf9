using System.ComponentModel;
using System.Runtime.InteropServices;

namespace PerceptualEval.Cli.Results.Folders;

/// <summary>Writes files that are there whole or not at all, whatever happens to the process or the machine meanwhile.</summary>
internal static class DurableFile
{
    /// <summary>
    /// Writes a file under another name, waits until the disk has it, puts it in its place and waits for that, too. The other name
    /// begins with a dot, so that readers of the folder pass over it, and is the same each time: a killed process leaves one at most.
    /// </summary>
    /// <param name="path">The file; an existing one is replaced.</param>
    /// <param name="bytes">Its content.</param>
    /// <exception cref="IOException">It can't be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, ReadOnlySpan<byte> bytes)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.partial");
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        FlushFolder(folder);
    }

    // A new name is on the disk only when its folder is. Windows writes its folders through, and has no such call.
    private static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        const int ReadOnly = 0;
        var handle = Open(folder, ReadOnly);
        if (handle < 0)
        {
            throw new IOException($"'{folder}' can't be opened: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        try
        {
            // Some network file systems know no flush of folders: there the rename itself is all there is.
            const int NotSupported = 22;
            if (Flush(handle) != 0 && Marshal.GetLastPInvokeError() is var error && error != NotSupported)
            {
                throw new IOException($"'{folder}' can't be flushed to disk: {new Win32Exception(error).Message}");
            }
        }
        finally
        {
            _ = Close(handle);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Flush(int handle);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    private static extern int Close(int handle);
}
