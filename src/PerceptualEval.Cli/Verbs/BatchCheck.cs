using PerceptualEval.Cli.Datasets;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Refuses batches that the models don't take, with the file that is at fault; the engine knows tensors only.</summary>
internal static class BatchCheck
{
    /// <summary>The units that are stated must be the decoder's, or convertible into them.</summary>
    /// <exception cref="UsageException">They are not.</exception>
    public static void Units(LatentUnits? stated, LatentDecoder decoder)
    {
        var space = decoder.LatentSpace;
        if (stated is { } units && units != space.Units && !space.CanConvert)
        {
            throw new UsageException(
                $"--units {Word(units)}: decoder '{decoder.Model.Name}' takes {Word(space.Units)} latents, and their scaling is not known ({space.Evidence?.TrimEnd('.')}). "
                + "Rebuild it with --config or --family, or leave --units out if the latents are in its units.");
        }
    }

    /// <summary>Latents must have the decoder's channels.</summary>
    /// <exception cref="DatasetException">They have others; the message names installed decoders that take them.</exception>
    public static void Latents(SampleBatch batch, LatentDecoder decoder, ModelStore store)
    {
        var space = decoder.LatentSpace;
        var tensor = batch.Samples[0].Sources[0].Tensor;
        var channels = tensor.SampleShape[0];
        if (channels == space.Channels || channels == space.PatchedChannels)
        {
            return;
        }

        var expected = $"{tensor}; decoder '{decoder.Model.Name}' takes {Expected(tensor.Layout, space.Channels)}.";
        if (decoder.IsVideo && tensor.SampleShape[1] == space.Channels)
        {
            throw new DatasetException($"{expected} Give --layout {(tensor.Layout == SampleLayout.FramesChannels ? "cthw" : "tchw")}.");
        }

        string[] fitting =
        [
            .. store.List()
                .Where(model => model.Manifest is { Kind: ModelKind.Decoder, Latent: { } latent } manifest
                    && (latent.Channels == channels || latent.PatchedChannels == channels) && manifest.FrameBatching is null != decoder.IsVideo)
                .Select(model => model.Name),
        ];
        var advice = fitting.Length > 0
            ? $"Installed for {channels} channels: {string.Join(", ", fitting)}; choose with --decoder."
            : $"Choose a decoder of {channels} latent channels; none is installed.";
        throw new DatasetException($"{expected} {advice}");
    }

    /// <summary>Latents must have the decoder's channels and decode to images that the LPIPS network takes.</summary>
    /// <exception cref="DatasetException">They don't.</exception>
    public static void Latents(SampleBatch batch, LatentDecoder decoder, PerceptualNetwork lpips, ModelStore store)
    {
        Latents(batch, decoder, store);
        var tensor = batch.Samples[0].Sources[0].Tensor;
        var minimum = lpips.Model.Manifest.MinimumImageSize;
        var image = decoder.ImageShape(batch.Target.Shape);
        if (image[^2] < minimum || image[^1] < minimum)
        {
            throw new DatasetException(
                $"{tensor} decodes to {image[^2]}x{image[^1]} pixels; '{lpips.Model.Name}' takes at least {minimum}x{minimum}. Give larger latents, or another network.");
        }
    }

    /// <summary>Images of the third term must have the decoded images' size, unless one of them is resized.</summary>
    /// <exception cref="DatasetException">They don't.</exception>
    public static void Images(SampleBatch batch, TensorBuffer? images, LatentPerceptualLoss loss)
    {
        var decoded = loss.Decoder.ImageShape(batch.Target.Shape);
        if (images is null || images.Shape == decoded)
        {
            return;
        }

        var tensor = batch.Samples[0].Image!.Value.Tensor;
        var expected = $"{tensor}; {batch.Samples[0].Target.Tensor} decodes to {new TensorShape(decoded.Dimensions[1..])}";
        if (decoded.Rank == 5 && images.Shape[2] != decoded[2])
        {
            throw new DatasetException($"{expected}, channels first: {decoded[2]} frames. Give a video of as many frames.");
        }

        if (loss.Options.Resize == ResizeMode.None)
        {
            throw new DatasetException($"{expected}. Give images of that size, or --resize image or decoded.");
        }

        if (loss.Options.Resize == ResizeMode.Decoded)
        {
            Image(tensor, loss.Lpips);
        }
    }

    /// <summary>An image must have the size that the LPIPS network needs.</summary>
    /// <exception cref="DatasetException">It is smaller.</exception>
    public static void Image(SampleTensor image, PerceptualNetwork lpips)
    {
        var minimum = lpips.Model.Manifest.MinimumImageSize;
        if (image.SampleShape[^2] < minimum || image.SampleShape[^1] < minimum)
        {
            throw new DatasetException($"{image}; '{lpips.Model.Name}' takes images of at least {minimum}x{minimum} pixels.");
        }
    }

    private static string Expected(SampleLayout layout, int channels) => layout switch
    {
        SampleLayout.Image => $"[N,{channels},h,w]",
        SampleLayout.ChannelsFrames => $"[N,{channels},t,h,w]",
        _ => $"[N,t,{channels},h,w]",
    };

    private static string Word(LatentUnits units) => units.ToString().ToLowerInvariant();
}
