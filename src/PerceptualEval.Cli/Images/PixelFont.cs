using SkiaSharp;

namespace PerceptualEval.Cli.Images;

/// <summary>Draws short labels from a built-in 5x7 font: machines without fonts are common, and Skia draws nothing there.</summary>
internal static class PixelFont
{
    /// <summary>A glyph's height in font pixels.</summary>
    public const int Height = 7;

    private const int Width = 5;
    private const int Advance = Width + 1;

    // Drawn for this project. Seven rows of five pixels, the leftmost is the highest bit.
    private static readonly Dictionary<char, byte[]> Glyphs = new()
    {
        [' '] = [0, 0, 0, 0, 0, 0, 0],
        ['0'] = [0b01110, 0b10001, 0b10011, 0b10101, 0b11001, 0b10001, 0b01110],
        ['1'] = [0b00100, 0b01100, 0b00100, 0b00100, 0b00100, 0b00100, 0b01110],
        ['2'] = [0b01110, 0b10001, 0b00001, 0b00110, 0b01000, 0b10000, 0b11111],
        ['3'] = [0b01110, 0b10001, 0b00001, 0b00110, 0b00001, 0b10001, 0b01110],
        ['4'] = [0b00010, 0b00110, 0b01010, 0b10010, 0b11111, 0b00010, 0b00010],
        ['5'] = [0b11111, 0b10000, 0b11110, 0b00001, 0b00001, 0b10001, 0b01110],
        ['6'] = [0b00110, 0b01000, 0b10000, 0b11110, 0b10001, 0b10001, 0b01110],
        ['7'] = [0b11111, 0b00001, 0b00010, 0b00100, 0b01000, 0b01000, 0b01000],
        ['8'] = [0b01110, 0b10001, 0b10001, 0b01110, 0b10001, 0b10001, 0b01110],
        ['9'] = [0b01110, 0b10001, 0b10001, 0b01111, 0b00001, 0b00010, 0b01100],
        ['.'] = [0, 0, 0, 0, 0, 0b01100, 0b01100],
        ['-'] = [0, 0, 0, 0b01110, 0, 0, 0],
        ['+'] = [0, 0b00100, 0b00100, 0b11111, 0b00100, 0b00100, 0],
        ['a'] = [0, 0, 0b01110, 0b00001, 0b01111, 0b10001, 0b01111],
        ['c'] = [0, 0, 0b01110, 0b10001, 0b10000, 0b10001, 0b01110],
        ['d'] = [0b00001, 0b00001, 0b01111, 0b10001, 0b10001, 0b10001, 0b01111],
        ['e'] = [0, 0, 0b01110, 0b10001, 0b11111, 0b10000, 0b01110],
        ['i'] = [0b00100, 0, 0b01100, 0b00100, 0b00100, 0b00100, 0b01110],
        ['n'] = [0, 0, 0b10110, 0b11001, 0b10001, 0b10001, 0b10001],
        ['s'] = [0, 0, 0b01111, 0b10000, 0b01110, 0b00001, 0b11110],
        ['t'] = [0b01000, 0b01000, 0b11110, 0b01000, 0b01000, 0b01001, 0b00110],
    };

    /// <summary>How wide a label is, in font pixels.</summary>
    public static int Measure(string text) => Math.Max(0, text.Length * Advance - 1);

    /// <summary>Draws a label.</summary>
    /// <param name="canvas">Where to draw.</param>
    /// <param name="text">Digits, '.', '-', '+', space and the letters of "distance"; nothing else has a glyph.</param>
    /// <param name="left">Left edge on the canvas.</param>
    /// <param name="top">Upper edge on the canvas.</param>
    /// <param name="scale">Canvas pixels per font pixel.</param>
    /// <param name="paint">Its colour.</param>
    public static void Draw(SKCanvas canvas, string text, int left, int top, int scale, SKPaint paint)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var rows = Glyphs[text[i]];
            for (var bit = 0; bit < Width * Height; bit++)
            {
                var (y, x) = (bit / Width, bit % Width);
                if ((rows[y] >> (Width - 1 - x) & 1) != 0)
                {
                    canvas.DrawRect(left + (i * Advance + x) * scale, top + y * scale, scale, scale, paint);
                }
            }
        }
    }
}
