namespace PerceptualEval.Inference.Caching;

/// <summary>
/// A folder of entries, each a folder of its own under its key, bounded in size: what was not used for longest goes first. Any number of
/// processes may use it at once. A folder that can't be read or written is no error: then it has nothing and keeps nothing.
/// </summary>
/// <param name="root">The folder; made when the first entry is added.</param>
/// <param name="capacity">The most bytes that its entries' files may have, all together; each other process may add a twentieth before it is seen.</param>
internal sealed class CacheFolder(string root, long capacity)
{
    // What tells entries from anything else that lies in the folder: that is the user's.
    private const string Prefix = "perceptual-eval-";

    private readonly Lock _measuring = new();
    private long? _used;
    private long _unmeasured;

    /// <summary>Finds an entry and notes that it is used.</summary>
    /// <param name="key">The entry's key, fit for a folder's name.</param>
    /// <returns>The entry's folder; null where there is none. Another process may remove it at any time.</returns>
    public string? Find(string key)
    {
        var entry = PathOf(key);
        if (!Directory.Exists(entry))
        {
            return null;
        }

        Attempt(() => Directory.SetLastWriteTimeUtc(entry, DateTime.UtcNow));
        return entry;
    }

    /// <summary>Adds an entry, whole or not at all.</summary>
    /// <param name="key">The entry's key, fit for a folder's name.</param>
    /// <param name="write">Writes the entry's files into the folder that it is given.</param>
    public void Add(string key, Action<string> write) => Attempt(() =>
    {
        if (Find(key) is not null)
        {
            return;
        }

        var unfinished = PathOf($"new-{Guid.NewGuid():N}");
        try
        {
            Directory.CreateDirectory(unfinished);
            write(unfinished);
            var added = SizeOf(new DirectoryInfo(unfinished));

            // Where another process was quicker this fails, and its entry is as good.
            Directory.Move(unfinished, PathOf(key));
            KeepBounded(added);
        }
        finally
        {
            Delete(unfinished);
        }
    });

    /// <summary>Removes an entry that is of no use.</summary>
    /// <param name="key">The entry's key.</param>
    public void Remove(string key) => Delete(PathOf(key));

    private string PathOf(string key) => Path.Combine(root, Prefix + key);

    // Adds up, and measures all entries again now and then: other processes add, too.
    private void KeepBounded(long added)
    {
        lock (_measuring)
        {
            _unmeasured += added;
            if (_used is null || _unmeasured > capacity / 20)
            {
                (_used, _unmeasured) = (Entries().Sum(SizeOf), 0);
            }

            if (_used + _unmeasured > capacity)
            {
                (_used, _unmeasured) = (RemoveOldest(), 0);
            }
        }
    }

    // Down to nine tenths, so that not every addition has to look through the folder.
    private long RemoveOldest()
    {
        var entries = Entries().OrderBy(entry => entry.LastWriteTimeUtc).Select(entry => (entry.FullName, Size: SizeOf(entry))).ToArray();
        var used = entries.Sum(entry => entry.Size);
        foreach (var (path, size) in entries.TakeWhile(_ => used > capacity / 10 * 9))
        {
            Delete(path);
            used -= size;
        }

        return used;
    }

    // What runs that were killed left unfinished is among them and ages like the rest.
    private DirectoryInfo[] Entries() => new DirectoryInfo(root).GetDirectories(Prefix + "*");

    private static long SizeOf(DirectoryInfo entry)
    {
        try
        {
            return entry.EnumerateFiles().Sum(file => file.Length);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Another process has just removed it, or it is another user's.
            return 0;
        }
    }

    private static void Delete(string entry) => Attempt(() =>
    {
        if (Directory.Exists(entry))
        {
            Directory.Delete(entry, recursive: true);
        }
    });

    private static void Attempt(Action action)
    {
        try
        {
            action();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // A cache that does not work costs time, not results.
        }
    }
}
