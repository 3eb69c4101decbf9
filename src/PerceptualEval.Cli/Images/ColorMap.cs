using SkiaSharp;

namespace PerceptualEval.Cli.Images;

/// <summary>Colours for numbers, after matplotlib's magma: black, purple, orange, pale yellow; lightness rises evenly with the value.</summary>
/// <remarks>
/// Magma is by Nathaniel J. Smith and Stéfan van der Walt (matplotlib, CC0). These are polynomials of our own, fitted by least
/// squares to its 256 colours; they stay within 6 of 255 levels of them.
/// </remarks>
internal static class ColorMap
{
    // Coefficients of t^0 … t^6 for t in [0,1], result in [0,1].
    private static readonly double[] Red = [-0.002, 0.250, 8.346, -27.667, 52.171, -50.759, 18.664];
    private static readonly double[] Green = [-0.001, 0.694, -3.596, 14.254, -27.945, 29.054, -11.490];
    private static readonly double[] Blue = [-0.010, 2.495, 0.329, -13.647, 12.881, 4.270, -5.571];

    private static readonly SKColor[] Colors =
        [.. Enumerable.Range(0, 256).Select(i => new SKColor(Channel(Red, i / 255.0), Channel(Green, i / 255.0), Channel(Blue, i / 255.0)))];

    /// <summary>The colour of a value.</summary>
    /// <param name="fraction">From 0 (black) to 1 (pale yellow); what lies outside gets the nearest end's colour.</param>
    public static SKColor ColorOf(double fraction) => Colors[(int)(Math.Clamp(fraction, 0, 1) * 255 + 0.5)];

    private static byte Channel(double[] coefficients, double t)
    {
        var value = 0.0;
        for (var i = coefficients.Length - 1; i >= 0; i--)
        {
            value = value * t + coefficients[i];
        }

        return (byte)(Math.Clamp(value, 0, 1) * 255 + 0.5);
    }
}
