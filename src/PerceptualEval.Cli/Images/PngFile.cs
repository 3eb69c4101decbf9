using SkiaSharp;

namespace PerceptualEval.Cli.Images;

/// <summary>Writes pictures as 8-bit RGB PNG files, all or nothing.</summary>
internal static class PngFile
{
    /// <summary>Writes an image tensor.</summary>
    /// <param name="path">The file; an existing one is replaced. Its folder must exist.</param>
    /// <param name="imageChw">Red, green and blue plane, row by row; [-1,1] is the full range, what lies outside is clamped.</param>
    /// <param name="size">The planes' size.</param>
    /// <remarks>A sample is (x + 1) · 127.5, rounded half up as in torchvision's <c>save_image</c>; an 8-bit picture that was read
    /// by <see cref="ImageFile"/> is written back exactly.</remarks>
    /// <exception cref="ArgumentException">The number of values is not 3 × height × width.</exception>
    /// <exception cref="ImageFileException">A value is not finite (no pixel could say so), or the file can't be written.</exception>
    public static void Write(string path, ReadOnlySpan<float> imageChw, ImageSize size)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (imageChw.Length != 3L * size.Height * size.Width)
        {
            throw new ArgumentException($"{imageChw.Length} values for an image [3,{size.Height},{size.Width}].", nameof(imageChw));
        }

        ThrowIfNotFinite(path, imageChw);
        using var bitmap = Allocate(path, size);
        var pixels = size.Height * size.Width;
        var rgbx = bitmap.GetPixelSpan();
        for (var i = 0; i < pixels; i++)
        {
            rgbx[4 * i] = ToByte(imageChw[i]);
            rgbx[4 * i + 1] = ToByte(imageChw[pixels + i]);
            rgbx[4 * i + 2] = ToByte(imageChw[2 * pixels + i]);
            rgbx[4 * i + 3] = byte.MaxValue;
        }

        Save(path, bitmap);
    }

    /// <summary>A bitmap of RGB pixels, four bytes each; the caller owns it. The content is undefined.</summary>
    /// <exception cref="ImageFileException">There is no memory for it.</exception>
    public static SKBitmap Allocate(string path, ImageSize size)
    {
        var bitmap = new SKBitmap();
        if (bitmap.TryAllocPixels(new SKImageInfo(size.Width, size.Height, SKColorType.Rgb888x, SKAlphaType.Opaque)))
        {
            return bitmap;
        }

        bitmap.Dispose();
        throw new ImageFileException(path, $"no memory to write {size} pixels. Make the picture smaller.");
    }

    /// <summary>Refuses values that no pixel can show.</summary>
    /// <exception cref="ImageFileException">A value is NaN or infinite; the message says how many are.</exception>
    public static void ThrowIfNotFinite(string path, ReadOnlySpan<float> values)
    {
        var nonFinite = 0;
        foreach (var value in values)
        {
            nonFinite += float.IsFinite(value) ? 0 : 1;
        }

        if (nonFinite > 0)
        {
            throw new ImageFileException(path,
                $"not written: {nonFinite} of {values.Length} values are NaN or infinite; expected finite values. Look at the tensor itself.");
        }
    }

    /// <summary>Writes a bitmap to a file beside the target and moves it there: nobody ever sees half a picture.</summary>
    /// <exception cref="ImageFileException">The file can't be written.</exception>
    public static void Save(string path, SKBitmap bitmap)
    {
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100)
            ?? throw new ImageFileException(path, $"{bitmap.Height}x{bitmap.Width} pixels can't be encoded as PNG.");
        var temporary = $"{path}.{Guid.NewGuid():N}.tmp";
        try
        {
            using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(png.AsSpan());
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            RemoveQuietly(temporary);
            throw new ImageFileException(path, $"can't be written: {e.Message}", e);
        }
    }

    private static byte ToByte(float value) => (byte)(Math.Clamp((value + 1.0) * 127.5, 0, byte.MaxValue) + 0.5);

    /// <summary>The write's own error is the one to report.</summary>
    private static void RemoveQuietly(string temporary)
    {
        try
        {
            File.Delete(temporary);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or NotSupportedException)
        {
        }
    }
}
