using System.ComponentModel;
using System.Runtime.InteropServices;

namespace PerceptualEval.Cli.Results.Folders;

/// <summary>Writes files that are there whole or not at all, whatever happens to the process or the machine meanwhile.</summary>
internal static class DurableFile
{
    // EACCES of Linux and macOS.
    private const int NotPermitted = 13;

    // O_RDONLY | O_CLOEXEC: a process started meanwhile does not inherit the handle.
    private static readonly int OpenForReading = OperatingSystem.IsMacOS() ? 0x1000000 : 0x80000;

    // EINVAL, ENOSYS, ENOTSUP and EOPNOTSUPP: some network file systems know no flush of folders; there the rename itself is all there is.
    private static readonly int[] NotSupported = OperatingSystem.IsMacOS() ? [22, 78, 45, 102] : [22, 38, 95];

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

    /// <summary>Makes a folder, and those on the way to it that are missing; where they were made, waits until the disk has them.</summary>
    /// <param name="path">The folder; it may be there already.</param>
    /// <exception cref="IOException">It can't be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be made.</exception>
    public static void CreateFolder(string path)
    {
        var missing = new Stack<string>();
        for (var folder = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)); !Path.Exists(folder); folder = Path.GetDirectoryName(folder)!)
        {
            missing.Push(folder);
        }

        Directory.CreateDirectory(path);
        foreach (var folder in missing)
        {
            FlushFolder(Path.GetDirectoryName(folder)!);
        }
    }

    /// <summary>Waits until the disk has the names in a folder: a new one is there only when its folder is. Windows writes its folders through.</summary>
    /// <exception cref="IOException">The folder can't be flushed.</exception>
    internal static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            return;
        }

        var handle = Open(folder, OpenForReading);
        if (handle < 0)
        {
            // A folder that may be written but not read can't be flushed by name.
            var error = Marshal.GetLastPInvokeError();
            if (error != NotPermitted)
            {
                throw new IOException($"'{folder}' can't be opened: {new Win32Exception(error).Message}");
            }

            return;
        }

        try
        {
            if (Flush(handle) != 0 && Marshal.GetLastPInvokeError() is var error && !NotSupported.Contains(error))
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
