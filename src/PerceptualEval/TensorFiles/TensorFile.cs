using PerceptualEval.TensorFiles.Safetensors;
using PerceptualEval.TensorFiles.Sources;
using PerceptualEval.Tensors;

namespace PerceptualEval.TensorFiles;

/// <summary>
/// An open file of named tensors. Opening reads names, shapes and types only; values are read one tensor at a time into the
/// caller's memory. Not safe for concurrent use; dispose it to close the file.
/// </summary>
/// <remarks>
/// A file is never trusted: what it claims is compared with its real size before memory is taken, and a torch file's pickle is
/// read as data, so that nothing in it can run.
/// </remarks>
public sealed class TensorFile : IDisposable
{
    private readonly FileSource? _file;
    private readonly TensorListing _listing;
    private readonly Dictionary<string, StoredTensor> _stored = new(StringComparer.Ordinal);

    private bool _disposed;

    private TensorFile(string path, FileSource? file, TensorListing listing)
    {
        Path = path;
        _file = file;
        _listing = listing;
        foreach (var tensor in listing.Tensors)
        {
            if (!_stored.TryAdd(tensor.Entry.Name, tensor))
            {
                throw new InvalidDataException($"holds two tensors named '{tensor.Entry.Name}'; expected names to differ");
            }
        }

        Tensors = [.. listing.Tensors.Select(tensor => tensor.Entry)];
    }

    /// <summary>The file's path, as given; of a file within another one or in memory its name.</summary>
    public string Path { get; }

    /// <summary>The container: <c>npy</c>, <c>npz</c>, <c>safetensors</c> or <c>torch</c>.</summary>
    public string Format => _listing.Format;

    /// <summary>The tensors, in the order of the file.</summary>
    public IReadOnlyList<TensorEntry> Tensors { get; }

    /// <summary>
    /// What the writer stored beside the tensors: safetensors <c>__metadata__</c>, or the strings, numbers and truth values in a
    /// torch file under their key paths, as invariant text (<c>true</c>, <c>0.5</c>). Empty where there is nothing.
    /// </summary>
    public IReadOnlyDictionary<string, string> Metadata => _listing.Metadata;

    /// <summary>Opens a tensor file; the container is told by its content, not by its name. It may be packed with gzip.</summary>
    /// <param name="path">
    /// A .npy, .npz, .safetensors or torch (.pt, .pth, .ckpt, .bin) file, or the index (.safetensors.index.json) of a set of
    /// safetensors shards, which then reads as one file.
    /// </param>
    /// <returns>The open file, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The path is null or empty.</exception>
    /// <exception cref="TensorFileException">The file is missing, damaged, hostile, or none of these.</exception>
    public static TensorFile Open(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Guard(path, () =>
        {
            var file = FileSource.Open(path);
            return Open(path, file, () => SafetensorsIndex.IsNamed(path) ? SafetensorsIndex.List(path, file) : ContainerFormat.List(file));
        });
    }

    /// <summary>Opens a tensor file that is a part of another file: a member of a tar archive, an entry of a cache's shard.</summary>
    /// <param name="path">The file that it lies in.</param>
    /// <param name="offset">Where it begins, in bytes.</param>
    /// <param name="length">How many bytes it has.</param>
    /// <param name="name">What messages call it.</param>
    /// <returns>The open file, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The path or name is null or empty, or the offset or length is negative.</exception>
    /// <exception cref="TensorFileException">The file is missing, ends before the part does, or the part is no tensor file.</exception>
    public static TensorFile Open(string path, long offset, long length, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        return Guard(name, () =>
        {
            var file = FileSource.Open(path);
            return Open(name, file, () => offset <= file.Length - length
                ? ContainerFormat.List(new SourceRange(file, offset, length))
                : throw new InvalidDataException($"needs bytes {offset} to {(Int128)offset + length}; '{path}' has {file.Length}. It is cut off; copy or download it again."));
        });
    }

    /// <summary>Opens a tensor file whose bytes are in memory.</summary>
    /// <param name="content">All its bytes; they must not change while it is open.</param>
    /// <param name="name">What messages call it.</param>
    /// <returns>The open file, owned by the caller.</returns>
    /// <exception cref="ArgumentException">The name is null or empty.</exception>
    /// <exception cref="TensorFileException">The content is damaged, hostile, or no tensor file.</exception>
    public static TensorFile Open(ReadOnlyMemory<byte> content, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return Guard(name, () => Open(name, null, () => ContainerFormat.List(new MemorySource(content))));
    }

    /// <summary>Reads a tensor and converts it to float32.</summary>
    /// <param name="entry">One of <see cref="Tensors"/>.</param>
    /// <param name="destination">Memory of the caller, exactly the shape's element count long; filled in C order.</param>
    /// <exception cref="ArgumentException">The destination has another length, or the entry is of another file.</exception>
    /// <exception cref="ObjectDisposedException">The file has been disposed.</exception>
    /// <exception cref="TensorFileException">The values can't be read.</exception>
    public void Read(TensorEntry entry, Span<float> destination)
    {
        var stored = Find(entry);
        RequireLength(destination.Length, entry.Shape.ElementCount, entry, "values");
        Read(stored, 0, destination);
    }

    /// <summary>Reads a run of a tensor's values as float32: one sample of a batch without the others.</summary>
    /// <param name="entry">One of <see cref="Tensors"/>.</param>
    /// <param name="firstElement">Where the run begins, counted in elements in C order.</param>
    /// <param name="destination">Memory of the caller; its length is the run's.</param>
    /// <exception cref="ArgumentException">The run leaves the tensor, or the entry is of another file.</exception>
    /// <exception cref="ObjectDisposedException">The file has been disposed.</exception>
    /// <exception cref="TensorFileException">The values can't be read.</exception>
    public void Read(TensorEntry entry, long firstElement, Span<float> destination)
    {
        var stored = Find(entry);
        if (firstElement < 0 || firstElement > entry.Shape.ElementCount - destination.Length)
        {
            throw new ArgumentOutOfRangeException(nameof(firstElement),
                $"{destination.Length} values from element {firstElement} on leave tensor '{entry.Name}' of shape {entry.Shape}.");
        }

        Read(stored, firstElement, destination);
    }

    /// <summary>Reads a tensor into a new buffer as float32.</summary>
    /// <param name="entry">One of <see cref="Tensors"/>.</param>
    /// <returns>A buffer that the caller owns.</returns>
    /// <exception cref="ArgumentException">The entry is of another file, or too large for one buffer.</exception>
    /// <exception cref="ObjectDisposedException">The file has been disposed.</exception>
    /// <exception cref="TensorFileException">The values can't be read.</exception>
    public TensorBuffer Read(TensorEntry entry)
    {
        var stored = Find(entry);
        var buffer = new TensorBuffer(entry.Shape);
        try
        {
            Read(stored, 0, buffer.Span);
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    /// <summary>Reads a tensor's values as they are stored: C order, little-endian, no conversion.</summary>
    /// <param name="entry">One of <see cref="Tensors"/>.</param>
    /// <param name="destination">Memory of the caller, exactly element count × element size bytes long.</param>
    /// <exception cref="ArgumentException">The destination has another length, or the entry is of another file.</exception>
    /// <exception cref="ObjectDisposedException">The file has been disposed.</exception>
    /// <exception cref="TensorFileException">The values can't be read.</exception>
    public void ReadBytes(TensorEntry entry, Span<byte> destination)
    {
        var stored = Find(entry);
        RequireLength(destination.Length, entry.Shape.ElementCount * stored.ElementSize, entry, "bytes");
        try
        {
            stored.ReadBytes(destination);
        }
        catch (Exception e) when (IsBadFile(e))
        {
            throw Unreadable(entry, e);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        _disposed = true;
        _listing.Container?.Dispose();
        _file?.Dispose();
    }

    private static TensorFile Guard(string name, Func<TensorFile> open)
    {
        try
        {
            return open();
        }
        catch (Exception e) when (IsBadFile(e))
        {
            throw new TensorFileException(name, e.Message, e);
        }
    }

    private static TensorFile Open(string name, FileSource? file, Func<TensorListing> list)
    {
        TensorListing? listing = null;
        try
        {
            listing = list();
            return new TensorFile(name, file, listing);
        }
        catch
        {
            listing?.Container?.Dispose();
            file?.Dispose();
            throw;
        }
    }

    private void Read(StoredTensor stored, long firstElement, Span<float> destination)
    {
        try
        {
            stored.Read(firstElement, destination);
        }
        catch (Exception e) when (IsBadFile(e))
        {
            throw Unreadable(stored.Entry, e);
        }
    }

    private StoredTensor Find(TensorEntry entry)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentNullException.ThrowIfNull(entry);
        if (!_stored.TryGetValue(entry.Name, out var stored) || stored.Entry != entry)
        {
            throw new ArgumentException($"tensor '{entry.Name}' {entry.Shape} of {entry.Type} is not in '{Path}'.", nameof(entry));
        }

        return stored;
    }

    private TensorFileException Unreadable(TensorEntry entry, Exception cause) =>
        new(Path, $"tensor '{entry.Name}': {cause.Message}", cause);

    // The readers tell what is wrong with a file by InvalidDataException; the rest is the operating system's.
    private static bool IsBadFile(Exception e) => e is InvalidDataException or IOException or UnauthorizedAccessException;

    private static void RequireLength(long found, long expected, TensorEntry entry, string unit)
    {
        if (found != expected)
        {
            throw new ArgumentException($"a destination of {found} {unit} for tensor '{entry.Name}' {entry.Shape}, which has {expected}.");
        }
    }
}
