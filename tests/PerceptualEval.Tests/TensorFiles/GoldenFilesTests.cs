using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.TensorFiles;

/// <summary>Files written by numpy and torch, read through the public API.</summary>
public sealed class GoldenFilesTests
{
    private const string CheckpointTensors =
        "state_dict/conv.weight [2,3,3,3] Float32; state_dict/conv.bias [2] Float32; views/0 [3,3,2] Float32; views/1 [4,7] Float16; "
        + "views/2 [1] Float32; shared/0 [2,3] Float32; shared/1 [6] Float32; bf16 [3,4] BFloat16; f64 [3] Float64; ints/4 [4] Int64; "
        + "ints/i32 [4] Int32; ints/i16 [4] Int16; ints/i8 [4] Int8; ints/u8 [4] UInt8; mask [2,2] Bool; empty [0,3] Float32; scalar [] Float32";

    private const string CheckpointMetadata =
        "epoch=3; lr=1E-05; name=größe; ema=true; big=1180591620717411303424; size/0=640; size/1=480; dtype=Float16; device=cpu; "
        + "default/a=1; set/0=5; numpy/0=0.5; numpy/1=-7; numpy/2=0.25; numpy/3=true";

    public static TheoryData<string> Readable => [.. Golden.Names().Where(name => !name.StartsWith("refused_", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Readable))]
    public void Read_EveryTensor_HasTheWritersValues(string name)
    {
        using var file = TensorFile.Open(Golden.Path(name));
        foreach (var entry in file.Tensors)
        {
            using var buffer = file.Read(entry);

            Assert.Equal(Golden.Values(entry.Type, 0, (int)entry.Shape.ElementCount), buffer.Span);
        }
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public void Read_EveryRunOfEveryTensor_IsThatPartOfTheWhole(string name)
    {
        using var file = TensorFile.Open(Golden.Path(name));
        foreach (var entry in file.Tensors)
        {
            var count = (int)entry.Shape.ElementCount;
            for (var first = 0; first <= count; first += 1 + (count / 7))
            {
                for (var length = 0; length <= count - first; length += 1 + (count / 5))
                {
                    // A run must not write beyond its end, nor leave a value out.
                    var destination = Enumerable.Repeat(float.NaN, length + 2).ToArray();

                    file.Read(entry, first, destination.AsSpan(1, length));

                    Assert.Equal([float.NaN, .. Golden.Values(entry.Type, first, length), float.NaN], destination);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Readable))]
    public void ReadBytes_EveryTensor_IsItsValuesInCOrderLittleEndian(string name)
    {
        using var file = TensorFile.Open(Golden.Path(name));
        foreach (var entry in file.Tensors)
        {
            var count = (int)entry.Shape.ElementCount;
            var bytes = new byte[count * entry.Type.ByteSize()];
            var values = new float[count];

            file.ReadBytes(entry, bytes);
            ElementConversion.ToSingle(entry.Type, bytes, values);

            Assert.Equal(Golden.Values(entry.Type, 0, count), values);
        }
    }

    [Theory]
    [InlineData("c_order.npy", "npy", " [2,3,4] Float32", "")]
    [InlineData("fortran_big.npy", "npy", " [3,5] Int32", "")]
    [InlineData("big_f2.npy", "npy", " [5,7] Float16", "")]
    [InlineData("version3.npy", "npy", " [2,3] Float32", "")]
    [InlineData("stored.npz", "npz", "latents_8x6 [4,8,6] Float32; original_size_8x6 [2] Int64; alpha_mask_8x6 [8,6] Float32", "")]
    [InlineData("deflated.npz", "npz",
        "latents_8x6 [4,8,6] Float32; original_size_8x6 [2] Int64; alpha_mask_8x6 [8,6] Float32; fortran [9,7] Float16", "")]
    [InlineData("empty.npz", "npz", "", "")]
    [InlineData("all_types.safetensors", "safetensors",
        "f32 [3,5] Float32; f16 [3,5] Float16; f64 [3,5] Float64; i8 [3,5] Int8; i16 [3,5] Int16; i32 [3,5] Int32; i64 [3,5] Int64; "
        + "u8 [3,5] UInt8; u16 [3,5] UInt16; u32 [3,5] UInt32; u64 [3,5] UInt64; bool [3,5] Bool; bf16 [3,5] BFloat16; "
        + "f8_e4m3 [3,5] Float8E4M3; f8_e5m2 [3,5] Float8E5M2", "format=pt; note=ü")]
    [InlineData("bare.pt", "torch", " [2,4] Float32", "")]
    [InlineData("big_endian.pt", "torch", " [2,3] Float32", "")]
    [InlineData("torch2_types.pt", "torch", "float8_e4m3fn [3,5] Float8E4M3; float8_e5m2 [3,5] Float8E5M2; uint16 [3,5] UInt16", "")]
    [InlineData("checkpoint_protocol2.pt", "torch", CheckpointTensors, CheckpointMetadata)]
    [InlineData("checkpoint_protocol4.pt", "torch", CheckpointTensors, CheckpointMetadata)]
    [InlineData("checkpoint_legacy.pt", "torch", CheckpointTensors, CheckpointMetadata)]
    public void Open_AGolden_ListsNamesShapesTypesAndMetadata(string name, string format, string tensors, string metadata)
    {
        using var file = TensorFile.Open(Golden.Path(name));

        Assert.Equal(format, file.Format);
        Assert.Equal(tensors, string.Join("; ", file.Tensors.Select(entry => $"{entry.Name} {entry.Shape} {entry.Type}")));
        Assert.Equal(metadata, string.Join("; ", file.Metadata.Select(item => $"{item.Key}={item.Value}")));
    }

    [Theory]
    [InlineData("refused_objects.npy", "Python objects ('|O')")]
    [InlineData("refused_structured.npy", "a structured array")]
    [InlineData("refused_text.npy", "text ('<U2')")]
    [InlineData("refused_complex.npy", "complex numbers ('<c8')")]
    public void Open_NumpyArrayThatIsNoPlainNumbers_IsRefusedByType(string name, string expected)
    {
        var exception = Assert.Throws<TensorFileException>(() => TensorFile.Open(Golden.Path(name)));

        Assert.Contains(expected, exception.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("c_order.npy")]
    [InlineData("scalar.npy")]
    [InlineData("empty.npy")]
    public void NpyWrite_WhatNumpyWrote_IsTheSameBytes(string name)
    {
        using var folder = new TemporaryFolder();
        using var file = TensorFile.Open(Golden.Path(name));
        using var buffer = file.Read(file.Tensors[0]);
        var path = folder[name];

        NpyFile.Write(path, buffer.Shape, buffer.Span);

        Assert.Equal(File.ReadAllBytes(Golden.Path(name)), File.ReadAllBytes(path));
    }

    [Fact]
    public void Read_WithWrongArguments_SaysWhat()
    {
        using var file = TensorFile.Open(Golden.Path("c_order.npy"));
        var entry = file.Tensors[0];

        Assert.Throws<ArgumentException>(() => file.Read(entry, new float[23]));
        Assert.Throws<ArgumentException>(() => file.ReadBytes(entry, new byte[95]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(entry, 20, new float[5]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(entry, -1, new float[5]));
        Assert.Throws<ArgumentException>(() => file.Read(entry with { Name = "other" }));
        Assert.Throws<ArgumentException>(() => file.Read(entry with { Type = ElementType.Float64 }));
    }

    [Fact]
    public void Read_AfterDispose_Throws()
    {
        foreach (var name in Readable.Select(row => row.Data))
        {
            var file = TensorFile.Open(Golden.Path(name));
            file.Dispose();
            file.Dispose();
            foreach (var entry in file.Tensors)
            {
                Assert.Throws<ObjectDisposedException>(() => file.Read(entry));
            }
        }
    }
}
