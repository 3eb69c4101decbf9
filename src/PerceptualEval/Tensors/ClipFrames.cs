namespace PerceptualEval.Tensors;

/// <summary>Copies frames out of clips [N,C,T,H,W] and into them.</summary>
internal static class ClipFrames
{
    /// <summary>The shape of as many frames of a clip.</summary>
    /// <param name="clip">[N,C,T,H,W].</param>
    /// <param name="count">How many.</param>
    /// <returns>[N,C,count,H,W].</returns>
    public static TensorShape Shape(TensorShape clip, long count) => new(clip[0], clip[1], count, clip[3], clip[4]);

    /// <summary>Copies consecutive frames of every clip.</summary>
    /// <param name="clips">[N,C,T,H,W].</param>
    /// <param name="start">The first frame.</param>
    /// <param name="count">How many.</param>
    /// <returns>[N,C,count,H,W]; a buffer that the caller owns.</returns>
    public static TensorBuffer Read(TensorBuffer clips, int start, int count)
    {
        var frames = new TensorBuffer(Shape(clips.Shape, count));
        Copy(clips, start, frames, 0, count);
        return frames;
    }

    /// <summary>Copies frames into clips.</summary>
    /// <param name="frames">[N,C,n,H,W].</param>
    /// <param name="clips">[N,C,T,H,W].</param>
    /// <param name="start">Where the frames go: at most T − n.</param>
    public static void Write(TensorBuffer frames, TensorBuffer clips, int start) => Copy(frames, 0, clips, start, (int)frames.Shape[2]);

    /// <summary>Copies consecutive frames of one clip as a batch of images.</summary>
    /// <param name="clips">[N,C,T,H,W].</param>
    /// <param name="index">Which clip.</param>
    /// <param name="start">The first frame.</param>
    /// <param name="count">How many.</param>
    /// <returns>[count,C,H,W]; a buffer that the caller owns.</returns>
    public static TensorBuffer ReadImages(TensorBuffer clips, int index, int start, int count)
    {
        var shape = clips.Shape;
        var (channels, length, plane) = ((int)shape[1], (int)shape[2], (int)(shape[3] * shape[4]));
        var images = new TensorBuffer(new TensorShape(count, channels, shape[3], shape[4]));
        var source = clips.Sample(index);
        var destination = images.Span;
        for (var frame = 0; frame < count; frame++)
        {
            for (var channel = 0; channel < channels; channel++)
            {
                source.Slice(((channel * length) + start + frame) * plane, plane).CopyTo(destination[(((frame * channels) + channel) * plane)..]);
            }
        }

        return images;
    }

    private static void Copy(TensorBuffer from, int fromStart, TensorBuffer to, int toStart, int count)
    {
        var shape = from.Shape;
        var plane = (int)(shape[3] * shape[4]);
        var (fromRow, toRow) = ((int)shape[2] * plane, (int)to.Shape[2] * plane);
        for (var row = 0; row < shape[0] * shape[1]; row++)
        {
            from.Span.Slice((row * fromRow) + (fromStart * plane), count * plane).CopyTo(to.Span[((row * toRow) + (toStart * plane))..]);
        }
    }
}
