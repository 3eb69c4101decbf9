using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.TensorFiles;

public sealed class NpyFileTests
{
    [Fact]
    public void Write_OfAnyShape_IsReadBack()
    {
        using var folder = new TemporaryFolder();
        TensorShape[] shapes = [new(), new(1), new(7), new(2, 3), new(0, 4), new(1, 16, 6, 5), new(123456, 1)];
        foreach (var shape in shapes)
        {
            var values = Enumerable.Range(0, (int)shape.ElementCount).Select(i => (float)i / 7).ToArray();
            var path = folder["a.npy"];

            NpyFile.Write(path, shape, values);

            using var file = TensorFile.Open(path);
            var entry = Assert.Single(file.Tensors);
            Assert.Equal(new TensorEntry("", shape, ElementType.Float32), entry);
            using var read = file.Read(entry);
            Assert.Equal(values, read.Span);
        }
    }

    [Fact]
    public void Write_WithTheWrongNumberOfValues_Throws()
    {
        using var folder = new TemporaryFolder();

        Assert.Throws<ArgumentException>(() => NpyFile.Write(folder["a.npy"], new TensorShape(2, 2), new float[3]));
    }

    [Fact]
    public void Write_IntoAMissingFolder_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var path = folder["missing/a.npy"];

        var exception = Assert.Throws<TensorFileException>(() => NpyFile.Write(path, new TensorShape(1), [1f]));

        Assert.Equal(path, exception.Path);
        Assert.Contains("can't be written", exception.Message, StringComparison.Ordinal);
    }
}
