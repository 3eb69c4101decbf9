using SkiaSharp;

namespace PerceptualEval.Cli.Demo;

/// <summary>The small pictures of <c>demo</c>, drawn here so that no image file has to come with the tool.</summary>
/// <param name="Name">The picture's file name, without extension.</param>
/// <param name="Draw">Draws it on a canvas of <see cref="Side"/> pixels a side.</param>
internal sealed record DemoScene(string Name, Action<SKCanvas, Random> Draw)
{
    /// <summary>The side of a picture, in pixels: 32 latent cells.</summary>
    public const int Side = 256;

    /// <summary>All pictures, in the order of their names: enough for a difference between checkpoints to be shown.</summary>
    public static IReadOnlyList<DemoScene> All { get; } =
    [
        new("balloons", Landscapes.Balloons), new("hills", Landscapes.Hills), new("leaves", Patterns.Leaves), new("letters", Patterns.Letters),
        new("night", Landscapes.Night), new("sea", Landscapes.Sea), new("spheres", Patterns.Spheres), new("tiles", Patterns.Tiles),
    ];

    /// <summary>Renders the picture.</summary>
    /// <param name="seed">Seeds what is random in it.</param>
    /// <returns>[3,256,256] in [-1,1].</returns>
    public float[] Render(int seed)
    {
        using var bitmap = new SKBitmap(new SKImageInfo(Side, Side, SKColorType.Rgb888x, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(bitmap);
        Draw(canvas, new Random(seed));
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
}
