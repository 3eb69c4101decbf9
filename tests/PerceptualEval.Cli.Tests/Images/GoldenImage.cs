using System.Runtime.InteropServices;
using System.Text.Json;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Images;

/// <summary>One file of Goldens/Images and what it holds; <c>tools/make_image_goldens.py</c> wrote both.</summary>
internal sealed record GoldenImage(string File, int Height, int Width, int Bits, int Transparent, string Compare, byte[] Rgb)
{
    private static readonly JsonSerializerOptions Options = new(JsonSerializerDefaults.Web);

    public static string Folder { get; } =
        Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.Cli.Tests", "Goldens", "Images");

    public static IReadOnlyList<GoldenImage> All { get; } =
        JsonSerializer.Deserialize<GoldenImage[]>(System.IO.File.ReadAllBytes(Path.Combine(Folder, "images.json")), Options)!;

    public string FilePath => Path.Combine(Folder, File);

    /// <summary>How far a value may lie from the golden, in levels of the file's samples.</summary>
    /// <remarks>
    /// Formats without loss are exact. JPEG and WebP decoders may round differently; against Pillow 9.4 (libjpeg-turbo 2.1.5) no
    /// golden differs at all, and one level is left for another build. A wrong orientation or colour formula moves values by tens.
    /// </remarks>
    public int Tolerance => Compare == "exact" ? 0 : 1;

    public static GoldenImage Named(string file) => All.Single(golden => golden.File == file);

    /// <summary>The largest difference between [1,3,H,W] values in [-1,1] and the golden, in levels of its samples.</summary>
    public double MaxDifference(ReadOnlySpan<float> imageNchw)
    {
        var plane = Height * Width;
        Assert.Equal(3 * plane, imageNchw.Length);
        var max = 0.0;
        for (var i = 0; i < 3 * plane; i++)
        {
            var expected = Sample(i % plane * 3 + i / plane);
            var half = ((1 << Bits) - 1) / 2.0;
            // The value itself must be the float32 nearest to v / half − 1: a level is exact or it is not a whole number away.
            var difference = imageNchw[i] == (float)(expected / half - 1) ? 0 : Math.Abs((imageNchw[i] + 1) * half - expected);
            max = Math.Max(max, difference);
        }

        return max;
    }

    private int Sample(int index) => Bits == 8 ? Rgb[index] : MemoryMarshal.Cast<byte, ushort>(Rgb)[index];
}
