using PerceptualEval.Cli.Datasets;
using PerceptualEval.Inference;
using PerceptualEval.Models;

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

        string[] fitting =
        [
            .. store.List()
                .Where(model => model.Manifest is { Kind: ModelKind.Decoder, Latent: { } latent } && (latent.Channels == channels || latent.PatchedChannels == channels))
                .Select(model => model.Name),
        ];
        var advice = fitting.Length > 0
            ? $"Installed for {channels} channels: {string.Join(", ", fitting)}; choose with --decoder."
            : $"Choose a decoder of {channels} latent channels; none is installed.";
        throw new DatasetException($"{tensor}; decoder '{decoder.Model.Name}' takes [N,{space.Channels},h,w]. {advice}");
    }

    /// <summary>Latents must have the decoder's channels and decode to images that the LPIPS network takes.</summary>
    /// <exception cref="DatasetException">They don't.</exception>
    public static void Latents(SampleBatch batch, LatentDecoder decoder, PerceptualNetwork lpips, ModelStore store)
    {
        Latents(batch, decoder, store);
        var tensor = batch.Samples[0].Sources[0].Tensor;
        var minimum = lpips.Model.Manifest.MinimumImageSize;
        var image = decoder.ImageShape(batch.Target.Shape);
        if (image[2] < minimum || image[3] < minimum)
        {
            throw new DatasetException(
                $"{tensor} decodes to {image[2]}x{image[3]} pixels; '{lpips.Model.Name}' takes at least {minimum}x{minimum}. Give larger latents, or another network.");
        }
    }

    /// <summary>Images of the third term must have the decoded images' size, unless one of them is resized.</summary>
    /// <exception cref="DatasetException">They don't.</exception>
    public static void Images(SampleBatch batch, Tensors.TensorBuffer? images, LatentPerceptualLoss loss)
    {
        var decoded = loss.Decoder.ImageShape(batch.Target.Shape);
        if (images is null || images.Shape == decoded)
        {
            return;
        }

        var tensor = batch.Samples[0].Image!.Value.Tensor;
        if (loss.Options.Resize == ResizeMode.None)
        {
            throw new DatasetException(
                $"{tensor}; {batch.Samples[0].Target.Tensor} decodes to [3,{decoded[2]},{decoded[3]}]. Give images of that size, or --resize image or decoded.");
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
        if (image.SampleShape[1] < minimum || image.SampleShape[2] < minimum)
        {
            throw new DatasetException($"{image}; '{lpips.Model.Name}' takes images of at least {minimum}x{minimum} pixels.");
        }
    }

    private static string Word(LatentUnits units) => units.ToString().ToLowerInvariant();
}
