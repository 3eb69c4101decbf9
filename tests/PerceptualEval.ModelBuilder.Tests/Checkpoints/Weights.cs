using System.Runtime.InteropServices;
using System.Text.Json;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.ModelBuilder.Tests.Checkpoints;

/// <summary>Named tensors in memory, for tests that write a checkpoint in another form.</summary>
internal sealed class Weights : Dictionary<string, (long[] Shape, float[] Values)>
{
    /// <summary>Reads a file; golden inputs and outputs are left out.</summary>
    public static Weights Read(string path)
    {
        var weights = new Weights();
        using var file = TensorFile.Open(path);
        foreach (var entry in file.Tensors.Where(entry => !entry.Name.StartsWith("golden.", StringComparison.Ordinal)))
        {
            using var values = file.Read(entry);
            weights[entry.Name] = (entry.Shape.ToArray(), values.Span.ToArray());
        }

        return weights;
    }

    /// <summary>Tensors of zeros.</summary>
    public static Weights Of(params (string Name, long[] Shape)[] tensors)
    {
        var weights = new Weights();
        foreach (var (name, shape) in tensors)
        {
            weights[name] = (shape, new float[new TensorShape(shape).ElementCount]);
        }

        return weights;
    }

    /// <summary>The same tensors under other names; those that get null are left out.</summary>
    public Weights Renamed(Func<string, string?> rename)
    {
        var renamed = new Weights();
        foreach (var (name, tensor) in this)
        {
            if (rename(name) is { } other)
            {
                renamed[other] = tensor;
            }
        }

        return renamed;
    }

    /// <summary>Writes a float32 .safetensors file and returns its path.</summary>
    public string Save(string path)
    {
        var header = new Dictionary<string, object>();
        var offset = 0L;
        foreach (var (name, (shape, values)) in this)
        {
            var end = offset + (values.Length * sizeof(float));
            header[name] = new { dtype = "F32", shape, data_offsets = new[] { offset, end } };
            offset = end;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var stream = File.Create(path);
        stream.Write(BitConverter.GetBytes((long)json.Length));
        stream.Write(json);
        foreach (var (_, values) in Values)
        {
            stream.Write(MemoryMarshal.AsBytes<float>(values));
        }

        return path;
    }
}
