using PerceptualEval.Cli.Datasets.Formats;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets.Reading;

/// <summary>The shapes of a stored latent: as it lies in the file, and as it is read.</summary>
/// <param name="IsBatch">Whether a batch dimension comes before the stored ones.</param>
/// <param name="Stored">One sample as stored, of the latent's layout.</param>
/// <param name="Sample">One sample as read: <c>[C,h,w]</c>, or <c>[C,F,h,w]</c> where there are several frames or a video decoder takes them.</param>
/// <param name="IsUnpatchified">Whether every 2x2 cells are read from four stored channels.</param>
internal sealed record LatentGeometry(bool IsBatch, TensorShape Stored, TensorShape Sample, bool IsUnpatchified)
{
    /// <summary>Works out how a tensor is read.</summary>
    /// <param name="latent">The tensor.</param>
    /// <param name="reading">What the user said, and the decoder.</param>
    /// <param name="where">The file and the tensor, for messages.</param>
    /// <exception cref="DatasetException">The shape is none of the layout, or empty.</exception>
    public static LatentGeometry Of(StoredLatent latent, LatentReading reading, string where)
    {
        var shape = latent.Entry.Shape;
        var rank = latent.Layout switch
        {
            LatentLayout.Image => 3,
            LatentLayout.ChannelsFirst or LatentLayout.FramesFirst => 4,
            _ => 2,
        };
        if (shape.Rank != rank && shape.Rank != rank + 1)
        {
            throw new DatasetException($"{where}: shape {shape}; expected {Expected(latent.Layout)}.");
        }

        if (shape.ElementCount == 0)
        {
            throw new DatasetException($"{where}: shape {shape} is empty; expected {Expected(latent.Layout)}.");
        }

        var stored = new TensorShape(shape.Dimensions[^rank..]);
        if (stored.ElementCount > Array.MaxLength)
        {
            throw new DatasetException($"{where}: shape {shape}; one sample may have at most {Array.MaxLength} values.");
        }

        var (channels, frames, height, width) = Planes(latent, stored, where);
        var unpatchify = latent.Layout == LatentLayout.PatchTokens || IsFolded(reading.Space, channels, latent.Posterior);
        if (unpatchify)
        {
            RequireMultiple(channels, 4, where, shape, "2x2 patches");
            (channels, height, width) = (channels / 4, 2 * height, 2 * width);
        }

        if (latent.Posterior != PosteriorForm.None)
        {
            RequireMultiple(channels, 2, where, shape, "mean and variance");
            channels /= 2;
        }

        // A video decoder takes an image as a clip of one frame, an image decoder such a clip as an image.
        var sample = frames == 1 && reading.Layout == SampleLayout.Image ? new TensorShape(channels, height, width) : new TensorShape(channels, frames, height, width);
        return new LatentGeometry(shape.Rank > rank, stored, sample, unpatchify);
    }

    /// <summary>Whether latents of so many channels are those of FLUX.2 as its transformer sees them: 2x2 cells folded into four channels each.</summary>
    public static bool IsFolded(LatentSpace? space, long channels, PosteriorForm posterior = PosteriorForm.None) =>
        space is { PatchSize: 2 } && channels == space.PatchedChannels && posterior == PosteriorForm.None;

    private static string Expected(LatentLayout layout) => layout switch
    {
        LatentLayout.Image => "a latent, [C,h,w] or [N,C,h,w]",
        LatentLayout.ChannelsFirst => "a clip's latent, [C,t,h,w] or [N,C,t,h,w]",
        LatentLayout.FramesFirst => "a clip's latent, [t,C,h,w] or [N,t,C,h,w]",
        _ => "packed latents, [tokens,C] or [N,tokens,C]",
    };

    private static (long Channels, long Frames, long Height, long Width) Planes(StoredLatent latent, TensorShape stored, string where)
    {
        switch (latent.Layout)
        {
            case LatentLayout.Image:
                return (stored[0], 1, stored[1], stored[2]);
            case LatentLayout.ChannelsFirst:
                return (stored[0], stored[1], stored[2], stored[3]);
            case LatentLayout.FramesFirst:
                return (stored[1], stored[0], stored[2], stored[3]);
            default:
                var grid = latent.Grid!.Value;
                return grid.Frames <= stored[0] && grid.Height <= stored[0] && grid.Width <= stored[0] && grid.Count == stored[0]
                    ? (stored[1], grid.Frames, grid.Height, grid.Width)
                    : throw new DatasetException($"{where}: {stored[0]} tokens; the file says {grid} (frames x height x width). The file is damaged; write it again.");
        }
    }

    private static void RequireMultiple(long channels, int divisor, string where, TensorShape shape, string content)
    {
        if (channels % divisor != 0)
        {
            throw new DatasetException($"{where}: shape {shape}; {content} need a multiple of {divisor} channels, these are {channels}.");
        }
    }
}
