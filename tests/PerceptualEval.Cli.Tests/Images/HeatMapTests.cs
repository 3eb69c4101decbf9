using PerceptualEval.Cli.Images;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Tests.Images;

public sealed class HeatMapTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("heat-map-tests-").FullName;

    private string Target => Path.Combine(_folder, "map.png");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(64, 64)]
    [InlineData(5, 7)]
    [InlineData(93, 127)]
    [InlineData(32, 700)]
    public void Write_Ramp_ShowsEveryPixelsColourAtItsPlace(int height, int width)
    {
        var map = Enumerable.Range(0, height * width).Select(i => i % 256 / 255f).ToArray();

        HeatMap.Write(Target, map, new ImageSize(height, width), 0.5, maximum: 1);

        using var picture = ImageFile.Read(Target);
        for (var i = 0; i < map.Length; i++)
        {
            AssertColour(map[i], picture, i / width, i % width);
        }
    }

    [Fact]
    public void Write_NoMaximum_ScalesToTheLargestValue()
    {
        HeatMap.Write(Target, [0, 0.01f, 0.02f, 0.04f], new ImageSize(2, 2), 0.1);

        using var picture = ImageFile.Read(Target);
        AssertColour(0, picture, 0, 0);
        AssertColour(0.25, picture, 0, 1);
        AssertColour(0.5, picture, 1, 0);
        AssertColour(1, picture, 1, 1);
    }

    [Fact]
    public void Write_FixedMaximum_ScalesToItAndClips()
    {
        HeatMap.Write(Target, [0, 0.25f, 0.5f, 7], new ImageSize(1, 4), 0.1, maximum: 0.5);

        using var picture = ImageFile.Read(Target);
        AssertColour(0, picture, 0, 0);
        AssertColour(0.5, picture, 0, 1);
        AssertColour(1, picture, 0, 2);
        AssertColour(1, picture, 0, 3);
    }

    [Fact]
    public void Write_IdenticalPair_IsBlack()
    {
        HeatMap.Write(Target, new float[64 * 64], new ImageSize(64, 64), 0);

        using var picture = ImageFile.Read(Target);
        AssertColour(0, picture, 0, 0);
        AssertColour(0, picture, 63, 63);
    }

    [Theory]
    [InlineData(1e-30, 3e38)]
    [InlineData(0.0009999, 999.96)]
    [InlineData(123456.7, 1)]
    [InlineData(-1e-7, 0.00000123)]
    public void Write_AnyMagnitude_HasALabelForIt(double distance, double maximum)
    {
        HeatMap.Write(Target, new float[300 * 300], new ImageSize(300, 300), distance, maximum);

        Assert.Equal(300, ImageFile.ReadSize(Target).Width);
    }

    [Fact]
    public void Write_NegativeOrNonFiniteValues_CountsThem()
    {
        Assert.Contains("2 of 4 values of the map are negative",
            Assert.Throws<ImageFileException>(() => HeatMap.Write(Target, [1, -1, -1e-9f, 0], new ImageSize(2, 2), 0)).Message);
        Assert.Contains("1 of 4 values are NaN",
            Assert.Throws<ImageFileException>(() => HeatMap.Write(Target, [1, 0, float.NaN, 0], new ImageSize(2, 2), 0)).Message);
        Assert.False(File.Exists(Target));
    }

    [Theory]
    [InlineData(0, 0.0)]
    [InlineData(0, double.NaN)]
    [InlineData(0, double.PositiveInfinity)]
    [InlineData(double.NaN, 1.0)]
    public void Write_UselessNumbers_AreRefused(double distance, double maximum) => Assert.Throws<ArgumentOutOfRangeException>(
        () => HeatMap.Write(Target, [1, 1], new ImageSize(1, 2), distance, maximum));

    [Fact]
    public void ColorOf_RisingFractions_AreEverLighter()
    {
        // Rec. 709 luma; a map whose lightness turns around would show a middling distance as the largest.
        var luma = Enumerable.Range(0, 256).Select(i => ColorMap.ColorOf(i / 255.0))
            .Select(c => 0.2126 * c.Red + 0.7152 * c.Green + 0.0722 * c.Blue).ToArray();

        Assert.All(luma.Zip(luma.Skip(4)), pair => Assert.True(pair.Second > pair.First, $"{pair.First} to {pair.Second}"));
        Assert.InRange(luma[0], 0, 1);
        Assert.InRange(luma[^1], 240, 255);
    }

    private static void AssertColour(double fraction, TensorBuffer picture, int y, int x)
    {
        var (height, width) = ((int)picture.Shape[2], (int)picture.Shape[3]);
        var color = ColorMap.ColorOf(fraction);
        var at = y * width + x;
        var plane = height * width;
        Assert.Equal(
            ((float)(color.Red / 127.5 - 1), (float)(color.Green / 127.5 - 1), (float)(color.Blue / 127.5 - 1)),
            (picture.Span[at], picture.Span[plane + at], picture.Span[2 * plane + at]));
    }
}
