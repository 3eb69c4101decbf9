using System.Globalization;
using PerceptualEval.Inference;
using PerceptualEval.Tensors;

namespace PerceptualEval.Tests.Inference;

public class TilingTests
{
    [Theory]
    [InlineData(65)]
    [InlineData(100)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(333)]
    public void TileAxis_AnyLength_CoversItWithWeightsThatAddUpToOne(int length)
    {
        var tiling = new Tiling(64);
        var axis = new TileAxis(length, tiling, factor: 2);

        var sums = new double[length * 2];
        for (var tile = 0; tile < axis.Starts.Length; tile++)
        {
            for (var i = 0; i < axis.Weights[tile].Length; i++)
            {
                sums[(axis.Starts[tile] * 2) + i] += axis.Weights[tile][i];
            }
        }

        Assert.All(sums, sum => Assert.Equal(1, sum, 1e-6));
        Assert.Equal((0, length - 64), (axis.Starts[0], axis.Starts[^1]));
        Assert.All(axis.Starts.Zip(axis.Starts.Skip(1)), pair => Assert.InRange(pair.First + 64 - pair.Second, tiling.Overlap, 63));
    }

    // A network that looks at one cell at a time gives the same picture in tiles; a tile cut or put down in the wrong place would show.
    [Theory]
    [InlineData("2,3", 9, 30)]
    [InlineData("2,3", 31, 8)]
    [InlineData("2,3", 20, 21)]
    [InlineData("2,3,4", 9, 21)] // clips: a tile has all their frames
    public void Decode_NetworkWithoutSurroundings_GivesTheWholePicture(string leading, int height, int width)
    {
        long[] planes = [.. leading.Split(',').Select(length => long.Parse(length, CultureInfo.InvariantCulture))];
        using var latents = new TensorBuffer(new TensorShape([.. planes, height, width]));
        for (var i = 0; i < latents.Span.Length; i++)
        {
            latents.Span[i] = MathF.Sin(i);
        }

        using var whole = new TensorBuffer(new TensorShape([.. planes, height * 2, width * 2]));
        using var tiled = new TensorBuffer(whole.Shape);
        Enlarge(latents, whole);

        TiledDecoding.Decode(latents, tiled, new Tiling(8, 3), Enlarge);

        for (var i = 0; i < whole.Span.Length; i++)
        {
            Assert.Equal(whole.Span[i], tiled.Span[i], 1e-6f);
        }
    }

    [Theory]
    [InlineData(7, 1)]
    [InlineData(8, 0)]
    [InlineData(8, 5)]
    public void Tiling_OutOfRange_IsRefused(int size, int overlap) => Assert.Throws<ArgumentOutOfRangeException>(() => new Tiling(size, overlap));

    private static void Enlarge(TensorBuffer latents, TensorBuffer images)
    {
        var width = (int)images.Shape[^1];
        for (var i = 0; i < images.Span.Length; i++)
        {
            var (row, x) = (i / width, i % width);
            var (plane, y) = (row / (int)images.Shape[^2], row % (int)images.Shape[^2]);
            images.Span[i] = latents.Span[(((plane * (int)latents.Shape[^2]) + (y / 2)) * (width / 2)) + (x / 2)];
        }
    }
}
