using PerceptualEval.Tensors;

namespace PerceptualEval.TensorFiles;

/// <summary>
/// An open file of named tensors. Opening reads names, shapes and types only; values are read one tensor at a time into the
/// caller's memory. Not safe for concurrent use; dispose it to close the file.
/// </summary>
public abstract class TensorFile : IDisposable
{
    private protected TensorFile(string path) => Path = path;

    /// <summary>The file's path, as given.</summary>
    public string Path { get; }

    /// <summary>The container: <c>npy</c>, <c>npz</c>, <c>safetensors</c> or <c>torch</c>.</summary>
    public abstract string Format { get; }

    /// <summary>The tensors, in the order of the file.</summary>
    public abstract IReadOnlyList<TensorEntry> Tensors { get; }

    /// <summary>Text that the writer stored beside the tensors (safetensors <c>__metadata__</c>); empty where there is none.</summary>
    public virtual IReadOnlyDictionary<string, string> Metadata { get; } = new Dictionary<string, string>();

    /// <summary>Opens a tensor file; the container is told by its content, not by its name.</summary>
    /// <param name="path">A .npy, .npz, .safetensors or torch (.pt, .pth, .ckpt, .bin) file.</param>
    /// <returns>The open file, owned by the caller.</returns>
    /// <exception cref="TensorFileException">The file is missing, damaged, hostile, or none of these.</exception>
    public static TensorFile Open(string path) => throw new TensorFileException(path, "no reader yet");

    /// <summary>Reads a tensor and converts it to float32.</summary>
    /// <param name="entry">One of <see cref="Tensors"/>.</param>
    /// <param name="destination">Memory of the caller, exactly the shape's element count long; filled in C order.</param>
    /// <exception cref="ArgumentException">The destination has another length, or the entry is of another file.</exception>
    /// <exception cref="TensorFileException">The values can't be read.</exception>
    public void Read(TensorEntry entry, Span<float> destination) => throw new TensorFileException(Path, "no reader yet");

    /// <summary>Reads a run of a tensor's values as float32: one sample of a batch without the others.</summary>
    /// <param name="entry">One of <see cref="Tensors"/>.</param>
    /// <param name="firstElement">Where the run begins, counted in elements in C order.</param>
    /// <param name="destination">Memory of the caller; its length is the run's.</param>
    /// <exception cref="ArgumentException">The run leaves the tensor, or the entry is of another file.</exception>
    /// <exception cref="TensorFileException">The values can't be read.</exception>
    public void Read(TensorEntry entry, long firstElement, Span<float> destination) => throw new TensorFileException(Path, "no reader yet");

    /// <summary>Reads a tensor into a new buffer as float32.</summary>
    /// <param name="entry">One of <see cref="Tensors"/>.</param>
    /// <returns>A buffer that the caller owns.</returns>
    /// <exception cref="ArgumentException">The entry is of another file, or too large for one buffer.</exception>
    /// <exception cref="TensorFileException">The values can't be read.</exception>
    public TensorBuffer Read(TensorEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var buffer = new TensorBuffer(entry.Shape);
        try
        {
            Read(entry, buffer.Span);
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
    /// <exception cref="TensorFileException">The values can't be read.</exception>
    public abstract void ReadBytes(TensorEntry entry, Span<byte> destination);

    /// <summary>Closes the file.</summary>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Closes what the reader holds.</summary>
    /// <param name="disposing">True when called by <see cref="Dispose()"/>.</param>
    protected abstract void Dispose(bool disposing);
}
