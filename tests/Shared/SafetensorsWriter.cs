using System.Runtime.InteropServices;
using System.Text.Json;

namespace PerceptualEval.TestSupport;

/// <summary>Writes float32 tensors as a .safetensors file: the length of a JSON header, the header, the values.</summary>
internal static class SafetensorsWriter
{
    /// <summary>Writes the tensors in their order and returns the path.</summary>
    public static string Write(string path, IEnumerable<KeyValuePair<string, (long[] Shape, float[] Values)>> tensors)
    {
        var all = tensors.ToArray();
        var header = new Dictionary<string, object>();
        var offset = 0L;
        foreach (var (name, (shape, values)) in all)
        {
            var end = offset + (values.Length * sizeof(float));
            header[name] = new { dtype = "F32", shape, data_offsets = (long[])[offset, end] };
            offset = end;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        using var file = File.Create(path);
        file.Write(BitConverter.GetBytes((long)json.Length));
        file.Write(json);
        foreach (var (_, (_, values)) in all)
        {
            file.Write(MemoryMarshal.AsBytes<float>(values));
        }

        return path;
    }
}
