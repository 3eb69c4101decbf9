using PerceptualEval.Cli.Images;
using SkiaSharp;

namespace PerceptualEval.Cli.Reports;

/// <summary>A picture as the page carries it: WebP, small enough for its share of the page.</summary>
/// <param name="WebP">The file's bytes.</param>
/// <param name="Size">Its size in pixels.</param>
internal sealed record EncodedPicture(byte[] WebP, ImageSize Size)
{
    // High enough that what one sees are the decoder's artefacts and not the encoder's.
    private const int Quality = 88;

    // What the longer side is reduced to, one after the other, until the bytes fit; the last one is taken as it comes.
    private static readonly int[] Sides = [1024, 768, 512, 384, 256, 192];

    /// <summary>Encodes an image.</summary>
    /// <param name="imageChw">Red, green and blue plane in [-1,1]; what lies outside is clamped.</param>
    /// <param name="size">The planes' size.</param>
    /// <param name="mostBytes">How many bytes it should not exceed; of several sizes that do not fit, the smallest is taken.</param>
    /// <exception cref="ArgumentException">The number of values is not 3 × height × width.</exception>
    public static EncodedPicture Of(ReadOnlySpan<float> imageChw, ImageSize size, int mostBytes)
    {
        var pixels = size.Height * size.Width;
        if (imageChw.Length != 3 * pixels)
        {
            throw new ArgumentException($"{imageChw.Length} values for an image [3,{size.Height},{size.Width}].", nameof(imageChw));
        }

        using var bitmap = Allocate(size);
        var rgbx = bitmap.GetPixelSpan();
        for (var i = 0; i < pixels; i++)
        {
            (rgbx[4 * i], rgbx[(4 * i) + 1], rgbx[(4 * i) + 2], rgbx[(4 * i) + 3]) =
                (ToByte(imageChw[i]), ToByte(imageChw[pixels + i]), ToByte(imageChw[(2 * pixels) + i]), byte.MaxValue);
        }

        return Fit(bitmap, mostBytes);
    }

    /// <summary>Encodes a map of distances in the colours of <see cref="ColorMap"/>.</summary>
    /// <param name="map">Row by row.</param>
    /// <param name="size">The map's size.</param>
    /// <param name="end">The distance that gets the brightest colour; above 0.</param>
    /// <param name="mostBytes">As in the other overload.</param>
    /// <exception cref="ArgumentException">The number of values is not height × width.</exception>
    public static EncodedPicture OfMap(ReadOnlySpan<float> map, ImageSize size, double end, int mostBytes)
    {
        if (map.Length != size.Height * size.Width)
        {
            throw new ArgumentException($"{map.Length} values for a map [{size.Height},{size.Width}].", nameof(map));
        }

        using var bitmap = Allocate(size);
        var rgbx = bitmap.GetPixelSpan();
        for (var i = 0; i < map.Length; i++)
        {
            var color = ColorMap.ColorOf(map[i] / end);
            (rgbx[4 * i], rgbx[(4 * i) + 1], rgbx[(4 * i) + 2], rgbx[(4 * i) + 3]) = (color.Red, color.Green, color.Blue, byte.MaxValue);
        }

        return Fit(bitmap, mostBytes);
    }

    private static EncodedPicture Fit(SKBitmap bitmap, int mostBytes)
    {
        var longer = Math.Max(bitmap.Width, bitmap.Height);
        var (webP, size) = (Array.Empty<byte>(), default(ImageSize));
        foreach (var side in Sides.Where(side => side < longer).Prepend(Math.Min(longer, Sides[0])).Distinct())
        {
            (webP, size) = Encode(bitmap, (double)side / longer);
            if (webP.Length <= mostBytes)
            {
                break;
            }
        }

        return new EncodedPicture(webP, size);
    }

    private static (byte[] WebP, ImageSize Size) Encode(SKBitmap bitmap, double scale)
    {
        var size = new ImageSize(Math.Max(1, (int)Math.Round(bitmap.Height * scale)), Math.Max(1, (int)Math.Round(bitmap.Width * scale)));
        using var resized = scale < 1 ? Allocate(size) : null;
        if (resized is not null && !bitmap.ScalePixels(resized, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear)))
        {
            throw new InvalidOperationException($"a picture of {bitmap.Height}x{bitmap.Width} pixels can't be reduced to {size}.");
        }

        using var data = (resized ?? bitmap).Encode(SKEncodedImageFormat.Webp, Quality);
        return (data.ToArray(), size);
    }

    private static SKBitmap Allocate(ImageSize size) => new(new SKImageInfo(size.Width, size.Height, SKColorType.Rgb888x, SKAlphaType.Opaque));

    private static byte ToByte(float value) => (byte)(Math.Clamp((value + 1.0) * 127.5, 0, byte.MaxValue) + 0.5);
}
