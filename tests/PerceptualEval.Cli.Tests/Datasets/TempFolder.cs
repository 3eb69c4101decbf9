using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using SkiaSharp;

namespace PerceptualEval.Cli.Tests.Datasets;

/// <summary>A folder of its own for one test, removed afterwards. Names use forward slashes; folders on the way are made.</summary>
internal sealed class TempFolder : IDisposable
{
    /// <summary>The folder.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("perceptual-eval-").FullName;

    /// <summary>The path of a file or folder in it.</summary>
    public string this[string name] => Path.Combine(Root, name);

    /// <summary>Makes a folder.</summary>
    public string Folder(string name) => Directory.CreateDirectory(this[name]).FullName;

    /// <summary>Writes a text file.</summary>
    public string Text(string name, params string[] lines)
    {
        File.WriteAllLines(Prepare(name), lines);
        return this[name];
    }

    /// <summary>Writes a .npy file whose values count up from a first one.</summary>
    public string Npy(string name, float first, params long[] dimensions)
    {
        var shape = new TensorShape(dimensions);
        NpyFile.Write(Prepare(name), shape, Counting(first, shape));
        return this[name];
    }

    /// <summary>Writes a .npy file of one latent, [4,2,2], whose values count up from a first one.</summary>
    public string Latent(string name, float first = 0) => Npy(name, first, 4, 2, 2);

    /// <summary>Writes a safetensors file of floats; each tensor's values count up from a first one.</summary>
    public string Safetensors(string name, params (string Key, float First, long[] Dimensions)[] tensors) => Safetensors(name, "F32", Array.ConvertAll(
        tensors, tensor => (tensor.Key, MemoryMarshal.AsBytes(Counting(tensor.First, new TensorShape(tensor.Dimensions)).AsSpan()).ToArray(), tensor.Dimensions)));

    /// <summary>Writes a safetensors file of one type, as its format names it.</summary>
    public string Safetensors(string name, string type, params (string Key, byte[] Values, long[] Dimensions)[] tensors)
    {
        var header = new Dictionary<string, object>();
        var begin = 0;
        foreach (var (key, values, dimensions) in tensors)
        {
            header[key] = new { dtype = type, shape = dimensions, data_offsets = new[] { begin, begin + values.Length } };
            begin += values.Length;
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(header);
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
        File.WriteAllBytes(Prepare(name), [.. length, .. json, .. tensors.SelectMany(tensor => tensor.Values)]);
        return this[name];
    }

    /// <summary>Writes a picture of one colour.</summary>
    public string Picture(string name, int width, int height, byte red, byte green, byte blue)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(new SKColor(red, green, blue));
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(Prepare(name), png.ToArray());
        return this[name];
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static float[] Counting(float first, TensorShape shape)
    {
        var values = new float[shape.ElementCount];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = first + i;
        }

        return values;
    }

    private string Prepare(string name)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(this[name])!);
        return this[name];
    }
}
