using PerceptualEval.Cli.Images;

namespace PerceptualEval.Cli.Reports;

/// <summary>A map of distances, kept until the scale of all maps is known.</summary>
/// <param name="Values">Row by row.</param>
/// <param name="Size">The map's size.</param>
internal sealed record SpatialMap(float[] Values, ImageSize Size)
{
    // Wider than they are shown, and a few of them take megabytes instead of gigabytes.
    private const int LongestSide = 512;

    // So that one pixel does not make all the others dark.
    private const double ScaleEnd = 0.995;

    /// <summary>Takes a map, at half its size until it is small enough to keep.</summary>
    public static SpatialMap Of(ReadOnlySpan<float> values, ImageSize size)
    {
        var map = new SpatialMap(values.ToArray(), size);
        while (Math.Max(map.Size.Height, map.Size.Width) > LongestSide && Math.Min(map.Size.Height, map.Size.Width) > 1)
        {
            map = map.Halved();
        }

        return map;
    }

    /// <summary>The value below which nearly all of the map lies.</summary>
    public double High()
    {
        var sorted = (float[])Values.Clone();
        Array.Sort(sorted);
        return sorted[(int)((sorted.Length - 1) * ScaleEnd)];
    }

    private SpatialMap Halved()
    {
        var half = new ImageSize(Size.Height / 2, Size.Width / 2);
        var means = new float[half.Height * half.Width];
        for (var i = 0; i < means.Length; i++)
        {
            var at = (i / half.Width * 2 * Size.Width) + (i % half.Width * 2);
            means[i] = (Values[at] + Values[at + 1] + Values[at + Size.Width] + Values[at + Size.Width + 1]) / 4;
        }

        return new SpatialMap(means, half);
    }
}
