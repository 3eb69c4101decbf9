using PerceptualEval.TensorFiles;
using PerceptualEval.TensorFiles.Sources;
using PerceptualEval.Tensors;

namespace PerceptualEval.Tests.TensorFiles;

/// <summary>Views whose strides go over their storage again and again, as a hostile file may have them: right, and read no more than the values.</summary>
public sealed class OverlappingViewsTests
{
    [Theory]
    [InlineData(new long[] { 20, 20, 2 }, new long[] { 40_000, 39_999, 1 })]
    [InlineData(new long[] { 2, 20, 20 }, new long[] { 1, 39_999, 40_000 })]
    [InlineData(new long[] { 3, 2 }, new long[] { 2, 3 })]
    public void Read_StridesThatOverlap_ReadsEveryValueOnce(long[] shape, long[] strides)
    {
        var source = new CountingSource(2_000_000);
        var tensor = new StoredTensor(new TensorEntry("a", new TensorShape(shape), ElementType.UInt8), source, 0, bigEndian: false, strides);
        var values = new float[tensor.Entry.Shape.ElementCount];

        tensor.Read(0, values);

        Assert.Equal(Places(shape, strides).Select(place => (float)CountingSource.ValueAt(place)), values);
        Assert.InRange(source.BytesRead, 1, values.Length);
    }

    [Fact]
    public void Read_TransposedView_ReadsItsStorageOnce()
    {
        var source = new CountingSource(3 * 200_000);
        var tensor = new StoredTensor(new TensorEntry("a", new TensorShape(3, 200_000), ElementType.UInt8), source, 0, bigEndian: false, [1, 3]);
        var values = new float[3 * 200_000];

        tensor.Read(0, values);

        Assert.Equal(Places([3, 200_000], [1, 3]).Select(place => (float)CountingSource.ValueAt(place)), values);
        Assert.Equal(values.Length, source.BytesRead);
    }

    // Where the values lie, in C order.
    private static IEnumerable<long> Places(long[] shape, long[] strides) => shape.Length == 0
        ? [0]
        : Enumerable.Range(0, (int)shape[0]).SelectMany(i => Places(shape[1..], strides[1..]).Select(place => place + (i * strides[0])));

    private sealed class CountingSource(long length) : ByteSource
    {
        public long BytesRead { get; private set; }

        public override long Length => length;

        public static byte ValueAt(long offset) => (byte)(offset % 251);

        public override void Read(long offset, Span<byte> destination)
        {
            BytesRead += destination.Length;
            for (var i = 0; i < destination.Length; i++)
            {
                destination[i] = ValueAt(offset + i);
            }
        }
    }
}
