using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Reports;

namespace PerceptualEval.Report.Tests;

/// <summary>Pictures in a page keep what they show, within the bytes they are given.</summary>
public sealed class EncodedPictureTests
{
    private static readonly ImageSize Size = new(300, 400);

    [Fact]
    public void Of_RoomEnough_KeepsSizeAndColours()
    {
        // Red, green, blue and grey quarters.
        var image = Picture((x, y) => (x < 200, y < 150) switch
        {
            (true, true) => (1, -1, -1),
            (false, true) => (-1, 1, -1),
            (true, false) => (-1, -1, 1),
            _ => (0, 0, 0),
        });

        var picture = EncodedPicture.Of(image, Size, 1_000_000);

        Assert.Equal(Size, picture.Size);
        using var read = ImageFile.Decode("picture.webp", picture.WebP);
        // The encoder may move a level by a few of 255; another order of channels or rows would move it by all.
        AssertPixel(read.Span, 100, 75, (1, -1, -1));
        AssertPixel(read.Span, 300, 75, (-1, 1, -1));
        AssertPixel(read.Span, 100, 225, (-1, -1, 1));
        AssertPixel(read.Span, 300, 225, (0, 0, 0));
    }

    [Fact]
    public void Of_LittleRoom_IsReducedUntilItFits()
    {
        var random = new Random(1);
        var image = Picture((_, _) => ((random.NextSingle() * 2) - 1, 0, 0));

        var picture = EncodedPicture.Of(image, Size, 20_000);

        Assert.InRange(picture.WebP.Length, 1, 20_000);
        Assert.Equal(new ImageSize(144, 192), picture.Size);
    }

    [Fact]
    public void Of_ValuesBeyondTheRange_AreClamped()
    {
        using var read = ImageFile.Decode("picture.webp", EncodedPicture.Of(Picture((_, _) => (7, -7, 0)), Size, 100_000).WebP);

        AssertPixel(read.Span, 10, 10, (1, -1, 0));
    }

    [Fact]
    public void OfMap_Distances_GetTheColoursOfTheScale()
    {
        var map = new float[Size.Height * Size.Width];
        Array.Fill(map, 0.5f, 0, map.Length / 2);

        using var read = ImageFile.Decode("picture.webp", EncodedPicture.OfMap(map, Size, 0.5, 100_000).WebP);

        // The brightest colour above, the darkest below.
        Assert.True(read.Span[0] > 0.9f);
        Assert.True(read.Span[(Size.Height * Size.Width) - 1] < -0.9f);
    }

    [Fact]
    public void SpatialMap_LargerThanKept_IsHalvedToMeans()
    {
        var values = new float[1024 * 8];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = i % 1024 / 2;
        }

        var map = SpatialMap.Of(values, new ImageSize(8, 1024));

        Assert.Equal(new ImageSize(4, 512), map.Size);
        Assert.Equal([0, 1, 2, 511], [map.Values[0], map.Values[1], map.Values[2], map.Values[511]]);
    }

    private static float[] Picture(Func<int, int, (float Red, float Green, float Blue)> color)
    {
        var plane = Size.Height * Size.Width;
        var image = new float[3 * plane];
        for (var i = 0; i < plane; i++)
        {
            (image[i], image[plane + i], image[(2 * plane) + i]) = color(i % Size.Width, i / Size.Width);
        }

        return image;
    }

    private static void AssertPixel(ReadOnlySpan<float> image, int x, int y, (float Red, float Green, float Blue) expected)
    {
        var plane = Size.Height * Size.Width;
        var at = (y * Size.Width) + x;
        Assert.Equal(expected.Red, image[at], 0.06f);
        Assert.Equal(expected.Green, image[plane + at], 0.06f);
        Assert.Equal(expected.Blue, image[(2 * plane) + at], 0.06f);
    }
}
