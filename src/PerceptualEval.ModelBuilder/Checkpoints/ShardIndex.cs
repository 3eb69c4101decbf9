using System.Text.Json;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.ModelBuilder.Checkpoints;

/// <summary>The index of a sharded checkpoint (<c>….index.json</c>): which file beside it holds which tensor.</summary>
internal sealed class ShardIndex
{
    private readonly string _path;
    private readonly Dictionary<string, string> _fileOfTensor;

    private ShardIndex(string path, Dictionary<string, string> fileOfTensor) => (_path, _fileOfTensor) = (path, fileOfTensor);

    /// <summary>The paths of the shards; all of them exist.</summary>
    public IEnumerable<string> Files => _fileOfTensor.Values.Distinct().Order(StringComparer.Ordinal).Select(PathOf);

    /// <summary>Reads an index.</summary>
    /// <exception cref="ModelException">The file is no index, or a shard that it names is missing.</exception>
    public static ShardIndex Load(string path)
    {
        var map = JsonFile.Read(path) is var root && root.TryGetProperty("weight_map", out var found) && found.ValueKind == JsonValueKind.Object
            ? found
            : throw new ModelException($"'{path}': has no object 'weight_map'; expected a shard index. Download it again.");
        var index = new ShardIndex(path, map.EnumerateObject().ToDictionary(item => item.Name, item => FileName(path, item)));
        string[] missing = [.. index.Files.Where(file => !File.Exists(file)).Select(file => Path.GetFileName(file))];
        return missing.Length == 0
            ? index
            : throw new ModelException($"'{path}': its shards {string.Join(", ", missing)} are missing. Download them to the same folder.");
    }

    /// <summary>The tensors that the index puts into a shard.</summary>
    /// <exception cref="ModelException">The shard lacks one.</exception>
    public IEnumerable<CheckpointTensor> TensorsOf(TensorFile shard)
    {
        var entries = shard.Tensors.ToDictionary(entry => entry.Name);
        foreach (var (name, _) in _fileOfTensor.Where(item => PathOf(item.Value) == shard.Path))
        {
            yield return entries.TryGetValue(name, out var entry)
                ? new CheckpointTensor(shard, entry)
                : throw new ModelException($"'{shard.Path}': lacks tensor '{name}', which '{_path}' says is in it. Download both again.");
        }
    }

    private static string FileName(string path, JsonProperty item) =>
        item.Value.ValueKind == JsonValueKind.String && item.Value.GetString() is { Length: > 0 } name && Path.GetFileName(name) == name
            ? name
            : throw new ModelException($"'{path}': tensor '{item.Name}' is in {item.Value}; expected the name of a file beside the index.");

    private string PathOf(string file) => Path.Combine(Path.GetDirectoryName(_path) ?? string.Empty, file);
}
