using PerceptualEval.Cli.Datasets;
using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Refuses batches that the models don't take, with the file that is at fault; the engine knows tensors only.</summary>
internal static class BatchCheck
{
    /// <summary>The decoder must be able to convert latents from the units that <c>--units</c> names.</summary>
    /// <exception cref="UsageException">It does not know how.</exception>
    public static void Units(LatentUnits? units, LatentDecoder decoder)
    {
        if (units is { } given && given != decoder.LatentSpace.Units && !decoder.LatentSpace.CanConvert)
        {
            var (from, to) = (given.ToString().ToLowerInvariant(), decoder.LatentSpace.Units.ToString().ToLowerInvariant());
            throw new UsageException(
                $"--units {from}: decoder '{decoder.Model.Name}' takes {to} units, and its manifest has no scaling, shift or mean/std to convert with. "
                + $"Give latents in {to} units, or choose another decoder.");
        }
    }

    /// <summary>Latents must have the decoder's channels.</summary>
    /// <exception cref="DatasetException">They have others.</exception>
    public static void Latents(SampleBatch batch, LatentDecoder decoder)
    {
        var channels = decoder.LatentSpace.Channels;
        var tensor = batch.Samples[0].Sources[0].Tensor;
        if (tensor.SampleShape[0] != channels)
        {
            throw new DatasetException(
                $"{tensor}; decoder '{decoder.Model.Name}' takes [N,{channels},h,w]. Choose a decoder of {tensor.SampleShape[0]} latent channels.");
        }
    }

    /// <summary>Latents must have the decoder's channels and decode to images that the LPIPS network takes.</summary>
    /// <exception cref="DatasetException">They don't.</exception>
    public static void Latents(SampleBatch batch, LatentDecoder decoder, PerceptualNetwork lpips)
    {
        Latents(batch, decoder);
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
}
