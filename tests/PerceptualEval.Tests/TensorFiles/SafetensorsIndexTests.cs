using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.TensorFiles;

/// <summary>Sets of safetensors shards, opened by their index.</summary>
public sealed class SafetensorsIndexTests
{
    [Fact]
    public void Open_TwoShards_ReadsAsOneFile()
    {
        using var folder = new TemporaryFolder();
        WriteShard(folder, "m-1.safetensors", ("a", 1, 2), ("left out", 9, 9));
        WriteShard(folder, "m-2.safetensors", ("b", 3, 4));
        var path = Index(folder, """{"metadata":{"total_size":16},"weight_map":{"b":"m-2.safetensors","a":"m-1.safetensors"}}""");

        using var file = TensorFile.Open(path);

        Assert.Equal("safetensors", file.Format);
        Assert.Equal(["b", "a"], file.Tensors.Select(entry => entry.Name));
        var values = new float[2];
        file.Read(file.Tensors[0], values);
        Assert.Equal([3, 4], values);
        file.Read(file.Tensors[1], values);
        Assert.Equal([1, 2], values);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"m-3.safetensors"}}""", "shard 'm-3.safetensors': no such file")]
    [InlineData("""{"weight_map":{"c":"m-1.safetensors"}}""", "tensor 'c' is not in shard 'm-1.safetensors'")]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors","c":"m-1.safetensors"}}""", "tensor 'c' is not in shard 'm-1.safetensors'")]
    [InlineData("""{"weight_map":{"a":"../m-1.safetensors"}}""", "names the shard '../m-1.safetensors'")]
    [InlineData("""{"weight_map":{"a":"/m-1.safetensors"}}""", "names the shard '/m-1.safetensors'")]
    [InlineData("""{"weight_map":{"a":"..\\m-1.safetensors"}}""", "names the shard")]
    [InlineData("""{"weight_map":{"a":"passwd"}}""", "names the shard 'passwd'")]
    [InlineData("""{"weight_map":{"a":1}}""", "expected a JSON object with a 'weight_map'")]
    [InlineData("""{"weight_map":{"a":"m-1.safetensors","a":"m-1.safetensors"}}""", "expected a JSON object")]
    [InlineData("""{"weights":{}}""", "expected a JSON object with a 'weight_map'")]
    [InlineData("""[]""", "expected a JSON object with a 'weight_map'")]
    [InlineData("""{"weight_map":""", "expected a JSON object with a 'weight_map'")]
    [InlineData("", "expected a JSON object with a 'weight_map'")]
    public void Open_IndexThatDoesNotDescribeShards_IsRefused(string index, string expected)
    {
        using var folder = new TemporaryFolder();
        WriteShard(folder, "m-1.safetensors", ("a", 1, 2));
        var path = Index(folder, index);

        var message = Assert.Throws<TensorFileException>(() => TensorFile.Open(path).Dispose()).Message;

        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    private static string Index(TemporaryFolder folder, string json) => folder.Write("m.safetensors.index.json", Encoding.UTF8.GetBytes(json));

    private static void WriteShard(TemporaryFolder folder, string name, params (string Key, float First, float Second)[] tensors)
    {
        var entries = tensors.Select((tensor, i) => $"\"{tensor.Key}\":{{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[{8 * i},{(8 * i) + 8}]}}");
        var header = Encoding.UTF8.GetBytes($"{{{string.Join(',', entries)}}}");
        var length = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(length, header.Length);
        float[] values = [.. tensors.SelectMany(tensor => new[] { tensor.First, tensor.Second })];
        folder.Write(name, [.. length, .. header, .. MemoryMarshal.AsBytes(values.AsSpan())]);
    }
}
