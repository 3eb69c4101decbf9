namespace PerceptualEval.Cli.Datasets.Files;

/// <summary>
/// Finds files by id in a sequence that is read once. Files that are passed over wait; where all inputs come in one order, none do.
/// </summary>
internal sealed class LookAhead : IDisposable
{
    /// <summary>How many bytes of waiting files may be in memory.</summary>
    public const long MaxHeldBytes = 256 << 20;

    private readonly FileSet _files;
    private readonly DatasetInput _leader;
    private readonly IEnumerator<DatasetFile> _next;
    private readonly Dictionary<string, DatasetFile> _waiting = new(StringComparer.Ordinal);
    private long _heldBytes;

    /// <summary>Begins with the first file.</summary>
    /// <param name="files">The files.</param>
    /// <param name="leader">The input whose ids are asked for, for messages.</param>
    public LookAhead(FileSet files, DatasetInput leader)
    {
        _files = files;
        _leader = leader;
        _next = files.Files().GetEnumerator();
    }

    /// <summary>The file of an id, which is not given out again; null where there is none.</summary>
    /// <exception cref="DatasetException">Two files have the same id, or too much would have to be held to find it.</exception>
    public DatasetFile? Take(string id)
    {
        if (_waiting.Remove(id, out var found))
        {
            _heldBytes -= found.HeldBytes;
            return found;
        }

        while (_next.MoveNext())
        {
            var file = _next.Current;
            if (file.Id == id)
            {
                return file;
            }

            Hold(file, id);
        }

        return null;
    }

    /// <summary>The files that nobody took.</summary>
    /// <exception cref="DatasetException">While enumerating: an archive can't be read.</exception>
    public IEnumerable<DatasetFile> Rest()
    {
        foreach (var file in _waiting.Values)
        {
            yield return file;
        }

        while (_next.MoveNext())
        {
            yield return _next.Current;
        }
    }

    /// <summary>Closes the archive that is being read.</summary>
    public void Dispose() => _next.Dispose();

    private void Hold(DatasetFile file, string wanted)
    {
        _heldBytes += file.HeldBytes;
        if (_heldBytes > MaxHeldBytes)
        {
            throw new DatasetException($"{_files.Input}: '{wanted}' of {_leader} is not within {MaxHeldBytes >> 20} MiB of where the two went apart; it is missing, "
                + "or the archives are in different orders. What is compressed is read from front to back only: give a plain .tar or a folder.");
        }

        if (!_waiting.TryAdd(file.Id, file))
        {
            throw new DatasetException($"{_files.Input}: '{_waiting[file.Id].Path}' and '{file.Path}' have the same id '{file.Id}'; "
                + "ids are paths without extension. Rename or remove one.");
        }
    }
}
