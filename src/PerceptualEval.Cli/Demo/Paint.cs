using SkiaSharp;

namespace PerceptualEval.Cli.Demo;

/// <summary>What the scenes are painted with; each paint is the caller's.</summary>
internal static class Paint
{
    /// <summary>Fills the canvas from top to bottom.</summary>
    public static void Background(SKCanvas canvas, SKColor top, SKColor bottom)
    {
        using var paint = Linear(0, 0, 0, DemoScene.Side, top, bottom);
        canvas.DrawRect(0, 0, DemoScene.Side, DemoScene.Side, paint);
    }

    /// <summary>One colour.</summary>
    public static SKPaint Solid(SKColor color) => new() { Color = color, IsAntialias = true };

    /// <summary>A line of some width in pixels.</summary>
    public static SKPaint Line(SKColor color, float width) => new() { Color = color, IsAntialias = true, IsStroke = true, StrokeWidth = width };

    /// <summary>Colours along a line.</summary>
    public static SKPaint Linear(float x0, float y0, float x1, float y1, params SKColor[] colors) =>
        Shaded(SKShader.CreateLinearGradient(new SKPoint(x0, y0), new SKPoint(x1, y1), colors, SKShaderTileMode.Clamp));

    /// <summary>Colours from a centre outwards.</summary>
    public static SKPaint Radial(float x, float y, float radius, params SKColor[] colors) =>
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
