using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using PerceptualEval.ModelBuilder.Checkpoints;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.ModelBuilder;

/// <summary>
/// The weights of a network, read from a checkpoint file under the network's own parameter names. Keeps count of what was
/// asked for: missing, wrongly shaped, non-finite and left-over tensors are all listed in one error, so that no network is
/// ever built on weights it was not given.
/// </summary>
internal sealed class Checkpoint : IDisposable
{
    private const int MostListed = 12;

    private readonly CheckpointFiles _files;
    private readonly bool _ownsFiles;
    private readonly Dictionary<string, CheckpointTensor> _tensors = [];
    private readonly HashSet<string> _unused = [];
    private readonly List<string> _problems = [];

    /// <summary>Opens a checkpoint file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parameterName">The network's name for a key of the file; null for a tensor that belongs to something else.</param>
    /// <exception cref="TensorFileException">The file can't be read.</exception>
    public Checkpoint(string path, Func<string, string?> parameterName)
        : this(CheckpointFiles.Open(path), parameterName) => _ownsFiles = true;

    /// <summary>Reads from files that are open.</summary>
    /// <param name="files">The files; they stay the caller's and must outlive this.</param>
    /// <param name="parameterName">The network's name for a key of the files; null for a tensor that belongs to something else.</param>
    public Checkpoint(CheckpointFiles files, Func<string, string?> parameterName)
    {
        _files = files;
        foreach (var tensor in files.Tensors)
        {
            if (parameterName(tensor.Entry.Name) is not { } name)
            {
                continue;
            }

            if (!_tensors.TryAdd(name, tensor))
            {
                _problems.Add($"{tensor.Entry.Name} and {_tensors[name].Entry.Name} are both {name}");
            }

            _unused.Add(name);
        }
    }

    public string Path => _files.Path;

    /// <summary>The config that came with the weights; null where there is none.</summary>
    public VaeConfig? Config => _files.Config;

    /// <summary>The parameters' names.</summary>
    public IReadOnlyCollection<string> Names => _tensors.Keys;

    /// <summary>The shape of a parameter, or null where the checkpoint has none of that name.</summary>
    public TensorShape? ShapeOf(string name) => _tensors.TryGetValue(name, out var tensor) ? tensor.Entry.Shape : null;

    /// <summary>The file and its hash, for the manifest.</summary>
    public HashedFile Hashed() => _files.Hashed()[0];

    /// <summary>Reads a parameter as float32 into a graph. A problem is noted and the graph is of no use; see <see cref="RequireComplete"/>.</summary>
    public GraphBuilder.Value Weights(GraphBuilder graph, string name, params ReadOnlySpan<long> shape)
    {
        byte[] bytes = [];
        if (Find(name, shape) is { } tensor)
        {
            bytes = new byte[tensor.Entry.Shape.ElementCount * sizeof(float)];
            Read(tensor, MemoryMarshal.Cast<byte, float>(bytes.AsSpan()));
        }

        return graph.Weights(name, shape, bytes);
    }

    /// <summary>Reads a parameter as float32. A problem is noted and zeros are given; see <see cref="RequireComplete"/>.</summary>
    public float[] Values(string name, params ReadOnlySpan<long> shape)
    {
        var values = new float[new TensorShape(shape).ElementCount];
        if (Find(name, shape) is { } tensor)
        {
            Read(tensor, values);
        }

        return values;
    }

    /// <summary>Fails where anything asked for was wrong, or where tensors are left that nobody asked for.</summary>
    /// <param name="network">What was built, for the message.</param>
    /// <exception cref="ModelException">Lists what is missing, wrong or too much.</exception>
    public void RequireComplete(string network)
    {
        var problems = _problems.Concat(_unused.Select(name => $"unexpected {_tensors[name].Entry.Name} {_tensors[name].Entry.Shape}")).ToArray();
        if (problems.Length > 0)
        {
            var listed = string.Join("; ", problems.Take(MostListed)) + (problems.Length > MostListed ? $"; and {problems.Length - MostListed} more" : string.Empty);
            throw new ModelException($"'{Path}' does not hold the weights of {network}: {listed}.");
        }
    }

    public void Dispose()
    {
        if (_ownsFiles)
        {
            _files.Dispose();
        }
    }

    // Null, and a problem noted, where there is no such parameter or it has another shape.
    private CheckpointTensor? Find(string name, ReadOnlySpan<long> shape)
    {
        _unused.Remove(name);
        if (!_tensors.TryGetValue(name, out var tensor))
        {
            _problems.Add($"missing {name} {new TensorShape(shape)}");
        }
        else if (!SameUpToTrailingOnes(tensor.Entry.Shape.Dimensions, shape))
        {
            _problems.Add($"{tensor.Entry.Name} is {tensor.Entry.Shape}, not {new TensorShape(shape)}");
        }
        else
        {
            return tensor;
        }

        return null;
    }

    private void Read(CheckpointTensor tensor, Span<float> values)
    {
        tensor.File.Read(tensor.Entry, values);
        if (!TensorPrimitives.IsFiniteAll<float>(values))
        {
            _problems.Add($"{tensor.Entry.Name} holds NaN or infinite values");
        }
    }

    // A linear layer [o,i] is a 1×1 convolution [o,i,1,1]: some checkpoints hold the one, some the other.
    private static bool SameUpToTrailingOnes(ReadOnlySpan<long> a, ReadOnlySpan<long> b)
    {
        var rank = Math.Min(a.Length, b.Length);
        return a[..rank].SequenceEqual(b[..rank]) && !a[rank..].ContainsAnyExcept(1) && !b[rank..].ContainsAnyExcept(1);
    }
}
