using SkiaSharp;

namespace PerceptualEval.Cli.Demo;

/// <summary>The small pictures of <c>demo</c>, drawn here so that no image file has to come with the tool.</summary>
/// <param name="Name">The picture's file name, without extension.</param>
/// <param name="Draw">Draws it on a canvas of <see cref="Side"/> pixels a side; the random numbers are seeded.</param>
internal sealed record DemoScene(string Name, Action<SKCanvas, Random> Draw)
{
    /// <summary>The side of a picture, in pixels: 32 latent cells.</summary>
    public const int Side = 256;

    /// <summary>All pictures, in the order of their names.</summary>
    public static IReadOnlyList<DemoScene> All { get; } =
    [
        new("hills", Hills), new("leaves", Leaves), new("night", Night), new("spheres", Spheres), new("tiles", Tiles),
    ];

    /// <summary>Renders the picture.</summary>
    /// <returns>[3,256,256] in [-1,1].</returns>
    public float[] Render()
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Rgb888x, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);

        // The name's length tells the pictures' random numbers apart; any fixed seed will do.
        Draw(canvas, new Random(Name.Length));
        canvas.Flush();
        var pixels = bitmap.GetPixelSpan();
        var image = new float[3 * Side * Side];
        for (var i = 0; i < Side * Side; i++)
        {
            for (var channel = 0; channel < 3; channel++)
            {
                image[(channel * Side * Side) + i] = (pixels[(4 * i) + channel] / 127.5f) - 1;
            }
        }

        return image;
    }

    private static void Hills(SKCanvas canvas, Random random)
    {
        Fill(canvas, new SKColor(70, 120, 190), new SKColor(250, 205, 160));
        using var sun = Radial(180, 90, 46, new SKColor(255, 248, 220), new SKColor(255, 220, 160, 0));
        canvas.DrawCircle(180, 90, 46, sun);
        for (var layer = 0; layer < 5; layer++)
        {
            using var outline = new SKPathBuilder();
            var (phase, wave, height) = (random.NextSingle() * 6, 0.012f + (0.01f * layer), 110 + (28 * layer));
            outline.MoveTo(0, Side);
            for (var x = 0; x <= Side; x += 2)
            {
                outline.LineTo(x, height + (14 * MathF.Sin((x * wave) + phase)) + (5 * MathF.Sin((x * wave * 3.7f) + (2 * phase))));
            }

            outline.LineTo(Side, Side);
            outline.Close();
            using var path = outline.Detach();
            using var paint = Solid(new SKColor((byte)(120 - (18 * layer)), (byte)(140 - (16 * layer)), (byte)(130 - (24 * layer))));
            canvas.DrawPath(path, paint);
        }
    }

    private static void Leaves(SKCanvas canvas, Random random)
    {
        Fill(canvas, new SKColor(40, 60, 30), new SKColor(90, 70, 40));
        for (var i = 0; i < 140; i++)
        {
            canvas.Save();
            canvas.Translate(random.Next(Side), random.Next(Side));
            canvas.RotateDegrees(random.Next(360));
            var length = 14 + (50 * random.NextSingle());
            var green = (byte)random.Next(90, 220);
            using var leaf = Linear(0, -length / 4, 0, length / 4, new SKColor((byte)random.Next(40, 230), green, 40), new SKColor(30, (byte)(green / 2), 30));
            canvas.DrawOval(0, 0, length, length / 3, leaf);
            using var vein = Line(new SKColor(230, 230, 180, 120), 1.2f);
            canvas.DrawLine(-length, 0, length, 0, vein);
            canvas.Restore();
        }
    }

    private static void Night(SKCanvas canvas, Random random)
    {
        Fill(canvas, new SKColor(12, 16, 40), new SKColor(90, 50, 90));
        for (var x = -10; x < Side; x += 34)
        {
            var top = random.Next(50, 170);
            using var house = Solid(new SKColor((byte)random.Next(20, 50), (byte)random.Next(20, 45), (byte)random.Next(35, 60)));
            canvas.DrawRect(x, top, 32, Side, house);
            for (var y = top + 8; y < Side - 8; y += 14)
            {
                for (var column = 0; column < 3; column++)
                {
                    using var window = Solid(random.Next(3) > 0 ? new SKColor(255, (byte)random.Next(180, 240), 120) : new SKColor(40, 40, 60));
                    canvas.DrawRect(x + 4 + (9 * column), y, 6, 8, window);
                }
            }
        }
    }

    private static void Spheres(SKCanvas canvas, Random random)
    {
        Fill(canvas, new SKColor(205, 205, 210), new SKColor(120, 115, 125));
        for (var i = 0; i < 9; i++)
        {
            var (x, y, radius) = (random.Next(30, 226), 60 + (20 * i), 18 + (26 * random.NextSingle()));
            using var shadow = Radial(x + (radius / 2), y + radius, radius * 1.3f, new SKColor(0, 0, 0, 130), SKColor.Empty);
            canvas.DrawOval(x + (radius / 2), y + radius, radius * 1.3f, radius / 2, shadow);
            var color = SKColor.FromHsv(random.Next(360), 70, 90);
            using var ball = Radial(x - (radius / 3), y - (radius / 3), radius * 1.4f, SKColors.White, color, SKColor.FromHsv(color.Hue, 90, 25));
            canvas.DrawCircle(x, y, radius, ball);
        }
    }

    private static void Tiles(SKCanvas canvas, Random random)
    {
        canvas.Clear(new SKColor(235, 225, 205));
        for (var row = 0; row < 8; row++)
        {
            for (var column = 0; column < 8; column++)
            {
                var (x, y) = (column * 32, row * 32);
                using var tile = Solid(SKColor.FromHsv(200 + random.Next(40), 30 + random.Next(40), 50 + random.Next(45)));
                canvas.DrawRect(x + 1, y + 1, 30, 30, tile);
                using var ornament = Line(new SKColor(250, 240, 220), 2.5f);
                canvas.DrawCircle(x + 16, y + 16, 4 + random.Next(8), ornament);
                canvas.DrawLine(x + 1, y + ((row + column) % 2 * 30) + 1, x + 31, y + 31 - ((row + column) % 2 * 30), ornament);
            }
        }
    }

    private static void Fill(SKCanvas canvas, SKColor top, SKColor bottom)
    {
        using var paint = Linear(0, 0, 0, Side, top, bottom);
        canvas.DrawRect(0, 0, Side, Side, paint);
    }

    private static SKPaint Solid(SKColor color) => new() { Color = color, IsAntialias = true };

    private static SKPaint Line(SKColor color, float width) => new() { Color = color, IsAntialias = true, IsStroke = true, StrokeWidth = width };

    private static SKPaint Linear(float x0, float y0, float x1, float y1, params SKColor[] colors) =>
        Shaded(SKShader.CreateLinearGradient(new SKPoint(x0, y0), new SKPoint(x1, y1), colors, SKShaderTileMode.Clamp));

    private static SKPaint Radial(float x, float y, float radius, params SKColor[] colors) =>
        Shaded(SKShader.CreateRadialGradient(new SKPoint(x, y), radius, colors, SKShaderTileMode.Clamp));

    // The paint keeps its own reference to the shader.
    private static SKPaint Shaded(SKShader shader)
    {
        using (shader)
        {
            return new SKPaint { Shader = shader, IsAntialias = true };
        }
    }
}
