using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;
using SkiaSharp;

namespace PerceptualEval.Cli.Tests;

/// <summary>Writes small files of the kinds that datasets are made of.</summary>
internal static class DatasetFiles
{
    /// <summary>Writes a .npy file whose values count up from a first one.</summary>
    public static string Npy(this TemporaryFolder folder, string name, float first, params long[] dimensions)
    {
        var shape = new TensorShape(dimensions);
        NpyFile.Write(folder.Prepare(name), shape, Counting(first, shape));
        return folder[name];
    }

    /// <summary>Writes a .npy file.</summary>
    public static string Npy(this TemporaryFolder folder, string name, float[] values, params long[] dimensions)
    {
        NpyFile.Write(folder.Prepare(name), new TensorShape(dimensions), values);
        return folder[name];
    }

    /// <summary>Writes a .npy file of one latent, [4,2,2], whose values count up from a first one.</summary>
    public static string Latent(this TemporaryFolder folder, string name, float first = 0) => folder.Npy(name, first, 4, 2, 2);

    /// <summary>Writes a safetensors file of floats; each tensor's values count up from a first one.</summary>
    public static string Safetensors(this TemporaryFolder folder, string name, params (string Key, float First, long[] Dimensions)[] tensors) =>
        folder.Safetensors(name, "F32", Array.ConvertAll(tensors, tensor => (tensor.Key, CountingBytes(tensor.First, tensor.Dimensions), tensor.Dimensions)));

    /// <summary>Writes a safetensors file of one type, as its format names it.</summary>
    public static string Safetensors(this TemporaryFolder folder, string name, string type, params (string Key, byte[] Values, long[] Dimensions)[] tensors)
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
        File.WriteAllBytes(folder.Prepare(name), [.. length, .. json, .. tensors.SelectMany(tensor => tensor.Values)]);
        return folder[name];
    }

    /// <summary>Writes a picture of one colour.</summary>
    public static string Picture(this TemporaryFolder folder, string name, int width, int height, byte red, byte green, byte blue)
    {
        using var bitmap = new SKBitmap(width, height);
        bitmap.Erase(new SKColor(red, green, blue));
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        File.WriteAllBytes(folder.Prepare(name), png.ToArray());
        return folder[name];
    }

    private static byte[] CountingBytes(float first, long[] dimensions) =>
        MemoryMarshal.AsBytes(Counting(first, new TensorShape(dimensions)).AsSpan()).ToArray();

    private static float[] Counting(float first, TensorShape shape)
    {
        var values = new float[shape.ElementCount];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = first + i;
        }

        return values;
    }
}
