using PerceptualEval.Cli.Reports.Plots;
using SkiaSharp;

namespace PerceptualEval.Cli.Demo;

/// <summary>Scenes of many like things.</summary>
internal static class Patterns
{
    private const int Side = DemoScene.Side;

    public static void Leaves(SKCanvas canvas, Random random)
    {
        Paint.Background(canvas, new SKColor(40, 60, 30), new SKColor(90, 70, 40));
        for (var i = 0; i < 140; i++)
        {
            canvas.Save();
            canvas.Translate(random.Next(Side), random.Next(Side));
            canvas.RotateDegrees(random.Next(360));
            var length = 14 + (50 * random.NextSingle());
            var green = (byte)random.Next(90, 220);
            using var leaf = Paint.Linear(0, -length / 4, 0, length / 4, new SKColor((byte)random.Next(40, 230), green, 40), new SKColor(30, (byte)(green / 2), 30));
            canvas.DrawOval(0, 0, length, length / 3, leaf);
            using var vein = Paint.Line(new SKColor(230, 230, 180, 120), 1.2f);
            canvas.DrawLine(-length, 0, length, 0, vein);
            canvas.Restore();
        }
    }

    public static void Letters(SKCanvas canvas, Random random)
    {
        Paint.Background(canvas, new SKColor(250, 244, 230), new SKColor(240, 228, 205));
        using var typeface = PlotFont.Load();
        using var large = new SKFont(typeface, 58);
        using var small = new SKFont(typeface, 16);
        using var ink = Paint.Solid(new SKColor(35, 35, 45));
        using var title = Paint.Solid(SKColor.FromHsv(random.Next(360), 80, 70));
        canvas.DrawText("latent", 20, 74, SKTextAlign.Left, large, title);
        canvas.DrawText("space", 60, 130, SKTextAlign.Left, large, ink);
        foreach (var (line, text) in ((string[])["The quick brown fox jumps", "over the lazy dog, and the", "decoder draws every letter", "anew."]).Index())
        {
            canvas.DrawText(text, 22, 168 + (23 * line), SKTextAlign.Left, small, ink);
        }
    }

    public static void Spheres(SKCanvas canvas, Random random)
    {
        Paint.Background(canvas, new SKColor(205, 205, 210), new SKColor(120, 115, 125));
        for (var i = 0; i < 9; i++)
        {
            var (x, y, radius) = (random.Next(30, 226), 60 + (20 * i), 18 + (26 * random.NextSingle()));
            using var shadow = Paint.Radial(x + (radius / 2), y + radius, radius * 1.3f, new SKColor(0, 0, 0, 130), SKColor.Empty);
            canvas.DrawOval(x + (radius / 2), y + radius, radius * 1.3f, radius / 2, shadow);
            var color = SKColor.FromHsv(random.Next(360), 70, 90);
            using var ball = Paint.Radial(x - (radius / 3), y - (radius / 3), radius * 1.4f, SKColors.White, color, SKColor.FromHsv(color.Hue, 90, 25));
            canvas.DrawCircle(x, y, radius, ball);
        }
    }

    public static void Tiles(SKCanvas canvas, Random random)
    {
        canvas.Clear(new SKColor(235, 225, 205));
        for (var row = 0; row < 8; row++)
        {
            for (var column = 0; column < 8; column++)
            {
                var (x, y) = (column * 32, row * 32);
                using var tile = Paint.Solid(SKColor.FromHsv(200 + random.Next(40), 30 + random.Next(40), 50 + random.Next(45)));
                canvas.DrawRect(x + 1, y + 1, 30, 30, tile);
                using var ornament = Paint.Line(new SKColor(250, 240, 220), 2.5f);
                canvas.DrawCircle(x + 16, y + 16, 4 + random.Next(8), ornament);
                canvas.DrawLine(x + 1, y + ((row + column) % 2 * 30) + 1, x + 31, y + 31 - ((row + column) % 2 * 30), ornament);
            }
        }
    }
}
