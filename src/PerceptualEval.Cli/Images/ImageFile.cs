using System.Numerics;
using PerceptualEval.Tensors;
using SkiaSharp;

namespace PerceptualEval.Cli.Images;

/// <summary>Reads image files as the tensors that LPIPS takes.</summary>
/// <remarks>
/// <para>
/// PNG, JPEG, WebP, GIF and BMP; of an animation the first frame. Grey and palette pictures become RGB. JPEG and WebP pictures are
/// turned the way their EXIF orientation says, as viewers do (the eXIf chunk of a PNG is ignored). Colour profiles are not applied:
/// the stored numbers count, as with Pillow; CMYK JPEGs become RGB by the plain formula, as in Pillow's <c>convert("RGB")</c>.
/// </para>
/// <para>
/// A picture with a transparent pixel is refused: its colour would depend on a background that nobody named. A picture that is cut
/// off is refused, never filled up with grey. Flipped bits inside a JPEG's or BMP's pixels can't be told: those formats have no checksum.
/// </para>
/// </remarks>
internal static class ImageFile
{
    // 8192 x 8192: 256 MiB of RGBA bytes and 768 MiB of tensor; no LPIPS network runs on more. Bounds what a hostile header can ask for.
    private const int MaxPixels = 1 << 26;

    // A stored 16-bit RGBA picture of MaxPixels takes half of this.
    internal const int MaxFileBytes = 1 << 30;

    // Nearly every header fits; a JPEG with a long EXIF block does not, and is read whole.
    private const int HeaderBytes = 1 << 16;

    private static readonly float[] Levels8 = Levels(byte.MaxValue);

    private static readonly Lazy<float[]> Levels16 = new(() => Levels(ushort.MaxValue));

    /// <summary>Reads a picture.</summary>
    /// <param name="path">The file; what it is is told by its content, not by its name.</param>
    /// <returns>Shape [1,3,H,W], RGB, values in [-1,1]: float32(v / 127.5 − 1) for 8-bit samples, float32(v / 32767.5 − 1) for a
    /// 16-bit PNG's. Owned by the caller.</returns>
    /// <exception cref="ImageFileException">The file is missing, unreadable, damaged, cut off, too large, not an image, or has
    /// transparent pixels.</exception>
    public static TensorBuffer Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Decode(path, ImageBytes.Read(path, MaxFileBytes));
    }

    /// <summary>Decodes a picture whose bytes are in memory already.</summary>
    /// <param name="path">The path for errors.</param>
    /// <param name="bytes">The whole file.</param>
    /// <returns>As <see cref="Read"/>.</returns>
    /// <exception cref="ImageFileException">As <see cref="Read"/>.</exception>
    public static TensorBuffer Decode(string path, byte[] bytes)
    {
        using var data = SKData.CreateCopy(bytes);
        using var codec = OpenCodec(path, data) ?? throw DamagedHeader(path, bytes.Length);
        var info = codec.Info;
        var order = PixelOrder.Of(codec.EncodedOrigin, new ImageSize(info.Height, info.Width));
        // Skia has no way to hand out more than 8 bits of a PNG's sample (F16 keeps 11).
        if (Png16.IsPng16(bytes))
        {
            return ToTensor<ushort>(path, Png16.DecodeRgba(path, bytes, info.Height, info.Width), order, Levels16.Value);
        }

        var opaque = info.AlphaType == SKAlphaType.Opaque;
        // No colour space in the request: no conversion.
        var wanted = new SKImageInfo(
            info.Width, info.Height, SKColorType.Rgba8888, opaque ? SKAlphaType.Opaque : SKAlphaType.Unpremul);
        using var bitmap = new SKBitmap();
        if (!bitmap.TryAllocPixels(wanted))
        {
            throw new ImageFileException(path, $"no memory for its {info.Height}x{info.Width} pixels. Make it smaller.");
        }

        var result = ImageEnd.IsMissing(bytes) ? SKCodecResult.IncompleteInput : codec.GetPixels(wanted, bitmap.GetPixels());
        return result == SKCodecResult.Success
            ? ToTensor<byte>(path, bitmap.GetPixelSpan(), order, Levels8)
            : throw new ImageFileException(path, Describe(result, bytes.Length));
    }

    /// <summary>Reads a picture's size, as <see cref="Read"/> would give it, from its header: no pixels are decoded.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Height and width in pixels, upright.</returns>
    /// <exception cref="ImageFileException">The file is missing, unreadable, too large, not an image, or its header is damaged.</exception>
    public static ImageSize ReadSize(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var bytes = ImageBytes.Read(path, MaxFileBytes, HeaderBytes);
        // A WebP keeps its EXIF block behind the pixels: only the whole file tells which way up it is.
        var isWebp = ImageBytes.IsWebp(bytes);
        if (!isWebp && TryReadSize(path, bytes) is { } size)
        {
            return size;
        }

        bytes = ImageBytes.Read(path, MaxFileBytes);
        return isWebp && ImageEnd.IsMissing(bytes)
            ? throw new ImageFileException(path, Describe(SKCodecResult.IncompleteInput, bytes.Length))
            : TryReadSize(path, bytes) ?? throw DamagedHeader(path, bytes.Length);
    }

    /// <summary>Reads the size of a picture whose bytes are in memory already.</summary>
    /// <param name="path">The path for errors.</param>
    /// <param name="bytes">The whole file.</param>
    /// <returns>Height and width in pixels, upright.</returns>
    /// <exception cref="ImageFileException">It is not an image, or its header is damaged.</exception>
    public static ImageSize ReadSize(string path, byte[] bytes) => TryReadSize(path, bytes) ?? throw DamagedHeader(path, bytes.Length);

    private static ImageSize? TryReadSize(string path, byte[] bytes)
    {
        using var data = SKData.CreateCopy(bytes);
        using var codec = OpenCodec(path, data);
        return codec is null
            ? null
            : PixelOrder.Of(codec.EncodedOrigin, new ImageSize(codec.Info.Height, codec.Info.Width)).Size;
    }

    private static SKCodec? OpenCodec(string path, SKData data)
    {
        var codec = SKCodec.Create(data);
        if (codec is null || (long)codec.Info.Width * codec.Info.Height is > 0 and <= MaxPixels)
        {
            return codec;
        }

        var (height, width) = (codec.Info.Height, codec.Info.Width);
        codec.Dispose();
        throw new ImageFileException(path, $"claims {height}x{width} pixels; expected 1 to {MaxPixels}. Make it smaller.");
    }

    /// <summary>Turns RGBA samples upright and to [-1,1]; refuses transparent pixels.</summary>
    private static TensorBuffer ToTensor<T>(string path, ReadOnlySpan<T> rgba, PixelOrder order, float[] levels)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var pixels = order.Size.Height * order.Size.Width;
        var transparent = 0;
        for (var i = 3; i < rgba.Length; i += 4)
        {
            transparent += rgba[i] == T.MaxValue ? 0 : 1;
        }

        if (transparent > 0)
        {
            throw new ImageFileException(path,
                $"{transparent} of {pixels} pixels are transparent (alpha below {T.MaxValue}); expected an opaque picture. " +
                "Flatten it onto a background colour first.");
        }

        var image = new TensorBuffer(new TensorShape(1, 3, order.Size.Height, order.Size.Width));
        var red = image.Span[..pixels];
        var green = image.Span.Slice(pixels, pixels);
        var blue = image.Span.Slice(2 * pixels, pixels);
        var rowLength = 4 * order.StoredWidth;
        var rowStart = order.Start;
        for (; !rgba.IsEmpty; rgba = rgba[rowLength..], rowStart += order.StepY)
        {
            var at = rowStart;
            for (var i = 0; i < rowLength; i += 4, at += order.StepX)
            {
                red[at] = levels[int.CreateTruncating(rgba[i])];
                green[at] = levels[int.CreateTruncating(rgba[i + 1])];
                blue[at] = levels[int.CreateTruncating(rgba[i + 2])];
            }
        }

        return image;
    }

    /// <summary>The lpips package's convention: v / (max / 2) − 1, rounded to float32 once.</summary>
    private static float[] Levels(int max) => [.. Enumerable.Range(0, max + 1).Select(v => (float)(v / (max / 2.0) - 1))];

    private static ImageFileException DamagedHeader(string path, long length) =>
        new(path, $"its header is damaged or cut off ({length} bytes in the file). Get the whole file, or save it again.");

    private static string Describe(SKCodecResult result, long length) => result switch
    {
        SKCodecResult.IncompleteInput => $"the picture is cut off after {length} bytes. Get the whole file.",
        SKCodecResult.ErrorInInput => "the picture's data is damaged. Get the file again, or save it again.",
        _ => $"the picture can't be decoded ({result}). Save it as PNG.",
    };
}
