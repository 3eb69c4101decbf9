using System.Numerics.Tensors;
using System.Runtime.InteropServices;
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

    private readonly TensorFile _file;
    private readonly Dictionary<string, TensorEntry> _entries = [];
    private readonly HashSet<string> _unused = [];
    private readonly List<string> _problems = [];

    /// <summary>Opens a checkpoint.</summary>
    /// <param name="path">The file.</param>
    /// <param name="parameterName">The network's name for a key of the file; null for a tensor that belongs to something else.</param>
    /// <exception cref="TensorFileException">The file can't be read.</exception>
    public Checkpoint(string path, Func<string, string?> parameterName)
    {
        Path = path;
        _file = TensorFile.Open(path);
        foreach (var entry in _file.Tensors)
        {
            if (parameterName(entry.Name) is { } name)
            {
                if (!_entries.TryAdd(name, entry))
                {
                    _problems.Add($"{entry.Name} and {_entries[name].Name} are both {name}");
                }

                _unused.Add(name);
            }
        }
    }

    public string Path { get; }

    /// <summary>The shape of a parameter, or null where the checkpoint has none of that name.</summary>
    public TensorShape? ShapeOf(string name) => _entries.GetValueOrDefault(name)?.Shape;

    /// <summary>The file and its hash, for the manifest.</summary>
    public HashedFile Hashed() => new(System.IO.Path.GetFileName(Path), Model.HashFile(Path));

    /// <summary>Reads a parameter as float32 into a graph. A problem is noted and zeros are given; see <see cref="RequireComplete"/>.</summary>
    public GraphBuilder.Value Weights(GraphBuilder graph, string name, params ReadOnlySpan<long> shape) =>
        graph.Weights(name, shape, MemoryMarshal.AsBytes(Values(name, shape).AsSpan()).ToArray());

    /// <summary>Reads a parameter as float32. A problem is noted and zeros are given; see <see cref="RequireComplete"/>.</summary>
    public float[] Values(string name, params ReadOnlySpan<long> shape)
    {
        var expected = new TensorShape(shape);
        var values = new float[expected.ElementCount];
        _unused.Remove(name);
        if (!_entries.TryGetValue(name, out var entry))
        {
            _problems.Add($"missing {name} {expected}");
        }
        else if (entry.Shape != expected)
        {
            _problems.Add($"{entry.Name} is {entry.Shape}, not {expected}");
        }
        else
        {
            _file.Read(entry, values);
            if (!TensorPrimitives.IsFiniteAll<float>(values))
            {
                _problems.Add($"{entry.Name} holds NaN or infinite values");
            }
        }

        return values;
    }

    /// <summary>Fails where anything asked for was wrong, or where tensors are left that nobody asked for.</summary>
    /// <param name="network">What was built, for the message.</param>
    /// <exception cref="ModelException">Lists what is missing, wrong or too much.</exception>
    public void RequireComplete(string network)
    {
        var problems = _problems.Concat(_unused.Select(name => $"unexpected {_entries[name].Name} {_entries[name].Shape}")).ToArray();
        if (problems.Length > 0)
        {
            var listed = string.Join("; ", problems.Take(MostListed)) + (problems.Length > MostListed ? $"; and {problems.Length - MostListed} more" : string.Empty);
            throw new ModelException($"'{Path}' does not hold the weights of {network}: {listed}.");
        }
    }

    public void Dispose() => _file.Dispose();
}
