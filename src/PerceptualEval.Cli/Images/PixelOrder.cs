using SkiaSharp;

namespace PerceptualEval.Cli.Images;

/// <summary>
/// Where a stored pixel goes in the upright picture: pixel (x, y) of the file goes to <c>Start + x·StepX + y·StepY</c>, counted row
/// by row. All eight EXIF orientations are of that form.
/// </summary>
internal readonly record struct PixelOrder(ImageSize Size, int StoredWidth, int Start, int StepX, int StepY)
{
    /// <summary>The order for a picture that is stored with an EXIF orientation.</summary>
    /// <param name="orientation">Which corner and edge the first pixel and row belong to; the values are EXIF's 1 to 8.</param>
    /// <param name="stored">The size as stored.</param>
    public static PixelOrder Of(SKEncodedOrigin orientation, ImageSize stored)
    {
        var (height, width) = stored;
        var lastRow = (height - 1) * width;
        var turned = new ImageSize(width, height);
        var lastTurnedRow = (width - 1) * height;
        return orientation switch
        {
            SKEncodedOrigin.TopRight => new(stored, width, width - 1, -1, width),
            SKEncodedOrigin.BottomRight => new(stored, width, lastRow + width - 1, -1, -width),
            SKEncodedOrigin.BottomLeft => new(stored, width, lastRow, 1, -width),
            SKEncodedOrigin.LeftTop => new(turned, width, 0, height, 1),
            SKEncodedOrigin.RightTop => new(turned, width, height - 1, height, -1),
            SKEncodedOrigin.RightBottom => new(turned, width, lastTurnedRow + height - 1, -height, -1),
            SKEncodedOrigin.LeftBottom => new(turned, width, lastTurnedRow, -height, 1),
            _ => new(stored, width, 0, 1, width),
        };
    }
}
