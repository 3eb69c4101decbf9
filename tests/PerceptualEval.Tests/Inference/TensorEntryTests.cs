using PerceptualEval.Inference.Caching;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.Inference;

public sealed class TensorEntryTests : IDisposable
{
    private static readonly TensorShape[] Shapes = [new(2, 3), new(), new(0), new(1, 1, 4)];
    private static readonly float[][] Values = [[1, 2, 3, 4, 5, 6], [float.NaN], [], [-0f, float.MaxValue, 1e-42f, 7]];

    private readonly TemporaryFolder _folder = new();

    [Fact]
    public void Read_WrittenTensors_GivesTheSameBits()
    {
        Write("entry");

        Assert.True(TryRead("entry", out var found));
        Assert.Equal(Values.Select(Bits), found.Select(Bits));

        static int[] Bits(float[] values) => Array.ConvertAll(values, BitConverter.SingleToInt32Bits);
    }

    [Fact]
    public void Read_CutAnywhere_IsRefused()
    {
        var content = File.ReadAllBytes(Write("entry"));
        for (var length = 0; length < content.Length; length++)
        {
            _folder.Write("cut", content.AsSpan(0, length));

            Assert.False(TryRead("cut", out _), $"cut to {length} of {content.Length} bytes");
        }

        _folder.Write("longer", [.. content, 0]);
        Assert.False(TryRead("longer", out _));
    }

    [Fact]
    public void Read_AnyBitFlipped_IsRefused()
    {
        var content = File.ReadAllBytes(Write("entry"));
        for (var bit = 0; bit < content.Length * 8; bit++)
        {
            var damaged = content.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));
            _folder.Write("damaged", damaged);

            Assert.False(TryRead("damaged", out _), $"bit {bit}");
        }
    }

    [Fact]
    public void Read_DestinationOfAnotherLength_IsRefused()
    {
        Write("entry");

        Assert.False(TensorEntry.Read(_folder["entry"], (_, _) => new float[5]));
    }

    public void Dispose() => _folder.Dispose();

    private string Write(string name)
    {
        TensorEntry.Write(_folder[name], Shapes, tensor => Values[tensor]);
        return _folder[name];
    }

    // As much memory as the shape asks for: what a damaged header says must be refused before.
    private bool TryRead(string name, out List<float[]> found)
    {
        List<float[]> values = [];
        found = values;
        return TensorEntry.Read(_folder[name], (_, shape) =>
        {
            values.Add(new float[shape.ElementCount]);
            return values[^1];
        });
    }
}
