using SkiaSharp;

namespace PerceptualEval.Cli.Demo;

/// <summary>Scenes with a sky.</summary>
internal static class Landscapes
{
    private const int Side = DemoScene.Side;

    public static void Balloons(SKCanvas canvas, Random random)
    {
        Paint.Background(canvas, new SKColor(90, 160, 225), new SKColor(235, 235, 215));
        for (var i = 0; i < 7; i++)
        {
            // The far ones first, so that the near ones hide them.
            var (x, y, radius) = (20 + (36 * i) + random.Next(-12, 12), random.Next(36, 190), 12 + (4 * i));
            var hue = random.Next(360);
            for (var stripe = 0; stripe < 4; stripe++)
            {
                using var silk = Paint.Radial(x - (radius / 3f), y - (radius / 3f), radius * 1.5f, SKColor.FromHsv((hue + (70 * (stripe % 2))) % 360, 75, 98), SKColor.FromHsv(hue, 90, 45));
                canvas.DrawOval(x, y, radius * (1 - (stripe / 4f)), radius * 1.15f, silk);
            }

            using var rope = Paint.Line(new SKColor(80, 60, 40), 1);
            canvas.DrawLine(x - (radius / 2f), y + radius, x - 3, y + (radius * 1.6f), rope);
            canvas.DrawLine(x + (radius / 2f), y + radius, x + 3, y + (radius * 1.6f), rope);
            using var basket = Paint.Solid(new SKColor(120, 80, 45));
            canvas.DrawRect(x - (radius / 6f), y + (radius * 1.6f), radius / 3f, radius / 4f, basket);
        }
    }

    public static void Hills(SKCanvas canvas, Random random)
    {
        Paint.Background(canvas, new SKColor(70, 120, 190), new SKColor(250, 205, 160));
        using var sun = Paint.Radial(180, 90, 46, new SKColor(255, 248, 220), new SKColor(255, 220, 160, 0));
        canvas.DrawCircle(180, 90, 46, sun);
        for (var layer = 0; layer < 5; layer++)
        {
            var (phase, wave, height) = (random.NextSingle() * 6, 0.012f + (0.01f * layer), 110 + (28 * layer));
            using var hill = Below(x => height + (14 * MathF.Sin((x * wave) + phase)) + (5 * MathF.Sin((x * wave * 3.7f) + (2 * phase))));
            using var paint = Paint.Solid(new SKColor((byte)(120 - (18 * layer)), (byte)(140 - (16 * layer)), (byte)(130 - (24 * layer))));
            canvas.DrawPath(hill, paint);
        }
    }

    public static void Night(SKCanvas canvas, Random random)
    {
        Paint.Background(canvas, new SKColor(12, 16, 40), new SKColor(90, 50, 90));
        for (var x = -10; x < Side; x += 34)
        {
            var top = random.Next(50, 170);
            using var house = Paint.Solid(new SKColor((byte)random.Next(20, 50), (byte)random.Next(20, 45), (byte)random.Next(35, 60)));
            canvas.DrawRect(x, top, 32, Side, house);
            for (var y = top + 8; y < Side - 8; y += 14)
            {
                for (var column = 0; column < 3; column++)
                {
                    using var window = Paint.Solid(random.Next(3) > 0 ? new SKColor(255, (byte)random.Next(180, 240), 120) : new SKColor(40, 40, 60));
                    canvas.DrawRect(x + 4 + (9 * column), y, 6, 8, window);
                }
            }
        }
    }

    public static void Sea(SKCanvas canvas, Random random)
    {
        Paint.Background(canvas, new SKColor(30, 30, 80), new SKColor(240, 130, 90));
        using var moon = Paint.Radial(80, 80, 34, new SKColor(255, 250, 235), new SKColor(255, 235, 200), new SKColor(255, 200, 160, 0));
        canvas.DrawCircle(80, 80, 34, moon);
        for (var row = 0; row < 14; row++)
        {
            // Waves grow towards the viewer, and the moon glitters on them.
            var (phase, height, level) = (random.NextSingle() * 6, 1.5f + (0.6f * row), 126 + (row * (row + 12) / 2.6f));
            using var wave = Below(x => level - (height * MathF.Abs(MathF.Sin((x / (8 + (3f * row))) + phase))));
            using var water = Paint.Linear(0, level - height, 0, level + 30, new SKColor((byte)(70 + (5 * row)), 130, 160), new SKColor(10, 40, 80));
            canvas.DrawPath(wave, water);
            using var glitter = Paint.Line(new SKColor(255, 235, 200, 170), 1 + (row / 6f));
            var start = 80 + random.Next(-18 - row, 10);
            canvas.DrawLine(start, level, start + 8 + random.Next(20), level, glitter);
        }
    }

    private static SKPath Below(Func<int, float> height)
    {
        using var outline = new SKPathBuilder();
        outline.MoveTo(0, Side);
        for (var x = 0; x <= Side; x += 2)
        {
            outline.LineTo(x, height(x));
        }

        outline.LineTo(Side, Side);
        outline.Close();
        return outline.Detach();
    }
}
