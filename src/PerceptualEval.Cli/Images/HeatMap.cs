using System.Globalization;
using SkiaSharp;

namespace PerceptualEval.Cli.Images;

/// <summary>Writes a spatial distance map as a picture that lies well beside the two images: their size, with a legend under it.</summary>
internal static class HeatMap
{
    // The legend, from top to bottom, in units: a font pixel, 1 to 8 picture pixels.
    private const int Margin = 4;
    private const int BarTop = 6;
    private const int BarHeight = 8;
    private const int TickLength = 2;
    private const int LabelsTop = BarTop + BarHeight + TickLength + 2;
    private const int DistanceTop = LabelsTop + PixelFont.Height + 5;
    private const int LegendHeight = DistanceTop + PixelFont.Height + 5;

    // Narrower maps get this much room for the labels; they stay on the left.
    private const int MinWidth = 64;

    // About how many units fit the width: labels grow with the picture, so that they look the same when it is shown scaled.
    private const int UnitsPerWidth = 256;
    private const int MaxUnit = 8;

    private static readonly SKColor Paper = new(0xFF, 0xFF, 0xFF);
    private static readonly SKColor Ink = new(0x22, 0x22, 0x22);

    /// <summary>Writes the map and its legend: a colour bar from 0 to the scale's end, and the pair's distance.</summary>
    /// <param name="path">The PNG file; an existing one is replaced. Its folder must exist.</param>
    /// <param name="map">Distance of every pixel, row by row, not negative; the higher, the more different and the brighter.</param>
    /// <param name="size">The map's size, that of the images.</param>
    /// <param name="distance">The pair's distance, printed in the legend.</param>
    /// <param name="maximum">Where the scale ends, above 0, for maps that are compared with each other; values beyond it are drawn
    /// as it, and its label gets a '+'. Null: the map's own maximum (1 where the map is 0 everywhere).</param>
    /// <exception cref="ArgumentException">The number of values is not height × width.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The distance is not finite, or the maximum not a positive finite number.</exception>
    /// <exception cref="ImageFileException">A value is negative or not finite, or the file can't be written.</exception>
    public static void Write(string path, ReadOnlySpan<float> map, ImageSize size, double distance, double? maximum = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (map.IsEmpty || map.Length != (long)size.Height * size.Width)
        {
            throw new ArgumentException($"{map.Length} values for a map [{size.Height},{size.Width}].", nameof(map));
        }

        if (maximum is { } end && !(end > 0 && double.IsFinite(end)))
        {
            throw new ArgumentOutOfRangeException(nameof(maximum), $"scale from 0 to {end}; expected a positive finite number.");
        }

        if (!double.IsFinite(distance))
        {
            throw new ArgumentOutOfRangeException(nameof(distance), $"distance {distance}; expected a finite number.");
        }

        var largest = LargestOf(path, map);
        var scaleEnd = maximum ?? (largest > 0 ? largest : 1);
        var unit = Math.Clamp(size.Width / UnitsPerWidth, 1, MaxUnit);
        using var bitmap = PngFile.Allocate(path, new ImageSize(size.Height + LegendHeight * unit, Math.Max(size.Width, MinWidth)));
        using (var canvas = new SKCanvas(bitmap))
        {
            canvas.Clear(Paper);
            canvas.Translate(0, size.Height);
            DrawLegend(canvas, bitmap.Width, unit, scaleEnd, largest > scaleEnd, distance);
        }

        DrawMap(bitmap.GetPixelSpan(), bitmap.RowBytes, map, size.Width, scaleEnd);
        PngFile.Save(path, bitmap);
    }

    private static float LargestOf(string path, ReadOnlySpan<float> map)
    {
        PngFile.ThrowIfNotFinite(path, map);
        var (negative, largest) = (0, 0f);
        foreach (var value in map)
        {
            negative += value < 0 ? 1 : 0;
            largest = Math.Max(largest, value);
        }

        return negative == 0 ? largest : throw new ImageFileException(path,
            $"not written: {negative} of {map.Length} values of the map are negative; expected distances, 0 and above.");
    }

    private static void DrawMap(Span<byte> rgbx, int rowBytes, ReadOnlySpan<float> map, int width, double scaleEnd)
    {
        for (; !map.IsEmpty; map = map[width..], rgbx = rgbx[rowBytes..])
        {
            for (var x = 0; x < width; x++)
            {
                var color = ColorMap.ColorOf(map[x] / scaleEnd);
                (rgbx[4 * x], rgbx[4 * x + 1], rgbx[4 * x + 2]) = (color.Red, color.Green, color.Blue);
            }
        }
    }

    private static void DrawLegend(SKCanvas canvas, int width, int unit, double scaleEnd, bool clipped, double distance)
    {
        using var paint = new SKPaint { IsAntialias = false };
        var (left, right) = (Margin * unit, width - Margin * unit);
        for (var x = left; x < right; x++)
        {
            paint.Color = ColorMap.ColorOf((double)(x - left) / (right - 1 - left));
            canvas.DrawRect(x, BarTop * unit, 1, BarHeight * unit, paint);
        }

        paint.Color = Ink;
        DrawTick(canvas, "0", left, left, right, unit, paint);
        var endLabel = Format(scaleEnd, 3) + (clipped ? "+" : "");
        DrawTick(canvas, endLabel, right - unit, left, right, unit, paint);
        var middleLabel = Format(scaleEnd / 2, 3);
        // A label's width apart on either side, or it reads as one number with its neighbour.
        var needed = 2 * (PixelFont.Measure(endLabel) + PixelFont.Measure(middleLabel)) + PixelFont.Measure("0");
        if (needed * unit <= right - left)
        {
            DrawTick(canvas, middleLabel, (left + right - unit) / 2, left, right, unit, paint);
        }

        var text = $"distance {Format(distance, 4)}";
        if (PixelFont.Measure(text) * unit > right - left)
        {
            text = $"d {Format(distance, 3)}";
        }

        PixelFont.Draw(canvas, text, left, DistanceTop * unit, unit, paint);
    }

    /// <summary>A tick under the bar and its label, centred on it as far as the bar's ends allow.</summary>
    private static void DrawTick(SKCanvas canvas, string label, int x, int left, int right, int unit, SKPaint paint)
    {
        canvas.DrawRect(x, (BarTop + BarHeight) * unit, unit, TickLength * unit, paint);
        var width = PixelFont.Measure(label) * unit;
        var labelLeft = Math.Max(left, Math.Min(x + unit / 2 - width / 2, right - width));
        PixelFont.Draw(canvas, label, labelLeft, LabelsTop * unit, unit, paint);
    }

    /// <summary>So many digits that count, in few characters: <c>0.417</c>, <c>1.2e-5</c>.</summary>
    private static string Format(double value, int digits)
    {
        var scientific = value.ToString($"e{digits - 1}", CultureInfo.InvariantCulture);
        var rounded = double.Parse(scientific, CultureInfo.InvariantCulture);
        var plain = rounded == 0 || Math.Abs(rounded) is >= 0.001 and < 1000;
        return rounded.ToString(plain ? "0.######" : "0.##e-0", CultureInfo.InvariantCulture);
    }
}
