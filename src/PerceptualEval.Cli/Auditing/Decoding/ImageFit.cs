using PerceptualEval.Cli.Datasets;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>Brings images to the size of decoded latents as trainers do before they encode: resized until they cover it, then cropped in the middle.</summary>
internal static class ImageFit
{
    /// <summary>The images of a batch as their latents should decode: of that size, and mirrored where the cache says that it mirrored them.</summary>
    /// <param name="batch">Latents and images.</param>
    /// <param name="height">The height wanted.</param>
    /// <param name="width">The width wanted.</param>
    /// <returns>[N,3,height,width]; a buffer that the caller owns.</returns>
    public static TensorBuffer Of(SampleBatch batch, int height, int width)
    {
        var images = To(batch.Tensors[1], height, width);
        for (var i = 0; i < batch.Samples.Count; i++)
        {
            if (batch.Samples[i].Target.Tensor.Stored is { IsFlipped: true })
            {
                ReverseRows(images.Sample(i), width);
            }
        }

        return images;
    }

    /// <summary>Fits images to a size.</summary>
    /// <param name="images">[N,3,H,W]; not changed.</param>
    /// <param name="height">The height wanted.</param>
    /// <param name="width">The width wanted.</param>
    /// <returns>[N,3,height,width]; a buffer that the caller owns.</returns>
    public static TensorBuffer To(TensorBuffer images, int height, int width)
    {
        var (fromHeight, fromWidth) = ((int)images.Shape[2], (int)images.Shape[3]);
        if (fromHeight == height && fromWidth == width)
        {
            return TensorBuffer.CopyOf(images.Shape, images.Span);
        }

        var scale = Math.Max((double)height / fromHeight, (double)width / fromWidth);
        var (coveringHeight, coveringWidth) = (Math.Max(height, (int)Math.Round(fromHeight * scale)), Math.Max(width, (int)Math.Round(fromWidth * scale)));
        using var covering = BicubicResize.Resize(images, coveringHeight, coveringWidth);
        return Crop(covering, (coveringHeight - height) / 2, (coveringWidth - width) / 2, height, width);
    }

    /// <summary>Mirrors an image.</summary>
    /// <param name="image">[1,3,H,W]; not changed.</param>
    /// <param name="horizontally">Left and right, or else top and bottom.</param>
    /// <returns>A buffer that the caller owns.</returns>
    public static TensorBuffer Mirrored(TensorBuffer image, bool horizontally)
    {
        var (height, width) = ((int)image.Shape[2], (int)image.Shape[3]);
        var mirrored = TensorBuffer.CopyOf(image.Shape, image.Span);
        if (horizontally)
        {
            ReverseRows(mirrored.Span, width);
            return mirrored;
        }

        for (var row = 0; row < 3 * height; row++)
        {
            var (plane, y) = (row / height, row % height);
            image.Span.Slice(row * width, width).CopyTo(mirrored.Span.Slice(((plane * height) + height - 1 - y) * width, width));
        }

        return mirrored;
    }

    private static void ReverseRows(Span<float> planes, int width)
    {
        for (var row = 0; row < planes.Length; row += width)
        {
            planes.Slice(row, width).Reverse();
        }
    }

    private static TensorBuffer Crop(TensorBuffer images, int top, int left, int height, int width)
    {
        var shape = images.Shape;
        var (fromHeight, fromWidth) = ((int)shape[2], (int)shape[3]);
        var cropped = new TensorBuffer(new TensorShape(shape[0], 3, height, width));
        for (var row = 0; row < shape[0] * 3 * height; row++)
        {
            var (plane, y) = (row / height, row % height);
            images.Span.Slice((((plane * fromHeight) + top + y) * fromWidth) + left, width).CopyTo(cropped.Span.Slice(row * width, width));
        }

        return cropped;
    }
}
