using System.Text.Json;
using PerceptualEval.TensorFiles.Sources;

namespace PerceptualEval.TensorFiles.Safetensors;

/// <summary>
/// The index of a set of safetensors shards, <c>*.safetensors.index.json</c>: a JSON object whose <c>weight_map</c> says which of the
/// files beside it holds which tensor. The set reads as one file.
/// </summary>
internal static class SafetensorsIndex
{
    private const string Extension = ".safetensors.index.json";

    // As long as a safetensors header may be; parsed, it takes a few times as much.
    private const long MaxLength = 100_000_000;

    /// <summary>Whether a path is that of an index.</summary>
    public static bool IsNamed(string path) => path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>Lists the tensors of all shards, shard by shard.</summary>
    /// <exception cref="InvalidDataException">The index is damaged, or does not describe the shards.</exception>
    public static TensorListing List(string path, ByteSource file)
    {
        var shardOf = ReadWeightMap(file);
        var folder = Path.GetDirectoryName(path)!;
        var shards = new Shards();
        try
        {
            var tensors = new List<StoredTensor>(shardOf.Count);
            foreach (var shard in shardOf.GroupBy(item => item.Value, item => item.Key))
            {
                var wanted = shard.ToHashSet(StringComparer.Ordinal);
                tensors.AddRange(shards.List(folder, shard.Key).Where(tensor => wanted.Remove(tensor.Entry.Name)));
                if (wanted.Count > 0)
                {
                    throw new InvalidDataException($"tensor '{wanted.First()}' is not in shard '{shard.Key}', where the index has it; download the set again");
                }
            }

            return new TensorListing("safetensors", tensors, TensorListing.NoMetadata, shards);
        }
        catch
        {
            shards.Dispose();
            throw;
        }
    }

    private static Dictionary<string, string> ReadWeightMap(ByteSource file)
    {
        if (file.Length > MaxLength)
        {
            throw new InvalidDataException($"is an index of {file.Length} bytes; at most {MaxLength} are read");
        }

        var bytes = new byte[file.Length];
        file.Read(0, bytes);
        try
        {
            using var json = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
            return json.RootElement.GetProperty("weight_map").EnumerateObject().ToDictionary(item => item.Name, item => Shard(item.Value), StringComparer.Ordinal);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidDataException($"is no index of safetensors shards: expected a JSON object with a 'weight_map' from tensors to files ({e.Message})", e);
        }
    }

    // Names come from elsewhere: a shard lies beside its index, and nowhere else.
    private static string Shard(JsonElement value)
    {
        var name = value.GetString() ?? "";
        return name.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase) && name.AsSpan().IndexOfAny("/\\:\0") < 0
            ? name
            : throw new InvalidDataException($"its weight_map names the shard '{name}'; expected the name of a .safetensors file in the index's folder");
    }

    /// <summary>The open shards.</summary>
    private sealed class Shards : IDisposable
    {
        private readonly List<FileSource> _files = [];

        public IReadOnlyList<StoredTensor> List(string folder, string name)
        {
            try
            {
                var file = FileSource.Open(Path.Combine(folder, name));
                _files.Add(file);
                return SafetensorsFile.List(file).Tensors;
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                throw new InvalidDataException($"shard '{name}': {e.Message}", e);
            }
        }

        public void Dispose()
        {
            foreach (var file in _files)
            {
                file.Dispose();
            }
        }
    }
}
