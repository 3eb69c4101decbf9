using System.Numerics.Tensors;
using PerceptualEval.Cli.Datasets.Formats;
using PerceptualEval.TensorFiles;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets.Reading;

/// <summary>Reads one latent as <c>[C,h,w]</c> or <c>[C,F,h,w]</c>, however it is stored: packed, frames first, as a posterior.</summary>
internal static class LatentValues
{
    // DiagonalGaussianDistribution of the VAEs clamps what it exponentiates.
    private const float LeastLogVariance = -30;
    private const float MostLogVariance = 20;

    /// <summary>Reads one sample.</summary>
    /// <param name="file">The open file of the tensor.</param>
    /// <param name="tensor">The tensor.</param>
    /// <param name="batchIndex">Which of its samples, from 0.</param>
    /// <param name="id">The sample's id, by which the noise of a sampled posterior is drawn.</param>
    /// <param name="destination">Memory of the caller, exactly one sample long.</param>
    /// <exception cref="TensorFileException">The values can't be read.</exception>
    public static void Read(TensorFile file, SampleTensor tensor, long batchIndex, string id, Span<float> destination)
    {
        var (latent, geometry) = (tensor.Stored!, tensor.Geometry!);
        var entry = file.Tensors[tensor.Index];
        var first = batchIndex * geometry.Stored.ElementCount;
        var isSampled = latent.Posterior != PosteriorForm.None && tensor.Reading.Posterior == PosteriorReading.Sample;
        if (latent.Layout is LatentLayout.Image or LatentLayout.ChannelsFirst && !geometry.IsUnpatchified && !isSampled)
        {
            // Channels come first, so a posterior's mean is the first half of it.
            file.Read(entry, first, destination);
        }
        else
        {
            using var stored = new TensorBuffer(geometry.Stored);
            file.Read(entry, first, stored.Span);
            using var planes = Arrange(latent.Layout, geometry, stored);
            planes.Span[..destination.Length].CopyTo(destination);
            if (isSampled)
            {
                AddNoise(destination, planes.Span[destination.Length..], latent.Posterior, tensor.Reading.Seed, id);
            }
        }

        if (latent.Factor != 1)
        {
            TensorPrimitives.Multiply(destination, latent.Factor, destination);
        }
    }

    // The values with channels outermost: [C,F,h,w], or twice the channels of a posterior.
    private static TensorBuffer Arrange(LatentLayout layout, LatentGeometry geometry, TensorBuffer stored)
    {
        var shape = geometry.Stored;
        var planes = new TensorBuffer(shape);
        if (layout is LatentLayout.Image or LatentLayout.ChannelsFirst)
        {
            stored.Span.CopyTo(planes.Span);
        }
        else
        {
            SwapOuter(stored.Span, (int)shape[0], (int)shape[1], planes.Span);
        }

        if (!geometry.IsUnpatchified)
        {
            return planes;
        }

        using (planes)
        {
            var cells = new TensorBuffer(shape);
            Unpatchify(planes.Span, geometry.Sample, cells.Span);
            return cells;
        }
    }

    // [a,b,…] becomes [b,a,…].
    private static void SwapOuter(ReadOnlySpan<float> source, int a, int b, Span<float> destination)
    {
        var inner = source.Length / a / b;
        for (var i = 0; i < a; i++)
        {
            for (var j = 0; j < b; j++)
            {
                source.Slice(((i * b) + j) * inner, inner).CopyTo(destination[(((j * a) + i) * inner)..]);
            }
        }
    }

    // Channel c·4 + y·2 + x of a patch is cell (y, x) of channel c; planes of several frames lie one after the other.
    private static void Unpatchify(ReadOnlySpan<float> patches, TensorShape cellsShape, Span<float> cells)
    {
        var (height, width) = ((int)cellsShape[^2], (int)cellsShape[^1]);
        var frames = cellsShape.Rank == 4 ? (int)cellsShape[1] : 1;
        var patchPlane = height / 2 * (width / 2);
        for (var i = 0; i < cells.Length; i++)
        {
            var (plane, y, x) = (i / (height * width), i / width % height, i % width);
            var (channel, frame) = (plane / frames, plane % frames);
            var patchChannel = (channel * 4) + (y % 2 * 2) + (x % 2);
            cells[i] = patches[(((patchChannel * frames) + frame) * patchPlane) + (y / 2 * (width / 2)) + (x / 2)];
        }
    }

    private static void AddNoise(Span<float> mean, ReadOnlySpan<float> spread, PosteriorForm form, long seed, string id)
    {
        using var noise = new TensorBuffer(new TensorShape(mean.Length));
        PosteriorNoise.Fill(noise.Span, seed, id);
        var isStd = form == PosteriorForm.MeanStd || (form == PosteriorForm.Unknown && !ContainsNegative(spread));
        for (var i = 0; i < mean.Length; i++)
        {
            mean[i] += noise.Span[i] * (isStd ? spread[i] : MathF.Exp(0.5f * Math.Clamp(spread[i], LeastLogVariance, MostLogVariance)));
        }
    }

    private static bool ContainsNegative(ReadOnlySpan<float> values)
    {
        foreach (var value in values)
        {
            if (value < 0)
            {
                return true;
            }
        }

        return false;
    }
}
