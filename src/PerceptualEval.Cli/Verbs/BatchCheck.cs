using PerceptualEval.Cli.Datasets;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Refuses batches that the models don't take, with the file that is at fault; the engine knows tensors only.</summary>
internal static class BatchCheck
{
    /// <summary>Latents must have the decoder's channels.</summary>
    /// <exception cref="DatasetException">They have others; the message names installed decoders that take them.</exception>
    public static void Latents(SampleBatch batch, LatentDecoder decoder, ModelStore store)
    {
        var space = decoder.LatentSpace;
        var tensor = batch.Samples[0].Sources[0].Tensor;
        var channels = tensor.SampleShape[0];
        if ((channels == space.Channels || channels == space.PatchedChannels) && (tensor.SampleShape.Rank == 4) == decoder.IsVideo)
        {
            return;
        }

        throw new DatasetException($"{tensor}; decoder '{decoder.Model.Name}' takes {Expected(tensor.Layout, space.Channels)}. {Advice(tensor, decoder, store)}");
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

    private static string Advice(SampleTensor tensor, LatentDecoder decoder, ModelStore store)
    {
        var channels = tensor.SampleShape[0];
        if (decoder.IsVideo && tensor.SampleShape[1] == decoder.LatentSpace.Channels)
        {
            // A clip whose frames come where its channels should, or the other way round.
            return $"Give --layout {(tensor.Layout == SampleLayout.FramesChannels ? "cthw" : "tchw")}.";
        }

        var isClip = tensor.SampleShape.Rank == 4;
        string[] fitting =
        [
            .. store.List()
                .Where(model => model.Manifest is { Kind: ModelKind.Decoder, Latent: { } latent } manifest
                    && (latent.Channels == channels || latent.PatchedChannels == channels) && manifest.FrameBatching is not null == isClip)
                .Select(model => model.Name),
        ];
        var choice = fitting.Length > 0
            ? $"Installed for {channels} channels: {string.Join(", ", fitting)}; choose with --decoder."
            : $"Choose a{(isClip ? " video" : string.Empty)} decoder of {channels} latent channels; none is installed.";
        return channels == 2 * decoder.LatentSpace.Channels
            ? $"If these are posteriors, mean and variance, say --posterior mean. {choice}"
            : choice;
    }

    private static string Expected(SampleLayout layout, int channels) => layout switch
    {
        SampleLayout.Image => $"[N,{channels},h,w]",
        SampleLayout.ChannelsFrames => $"[N,{channels},t,h,w]",
        _ => $"[N,t,{channels},h,w]",
    };
}
