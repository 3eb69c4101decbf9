using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>The second pass: decodes every latent that is worth it, and compares it with its image.</summary>
/// <param name="reconstruction">Decodes and compares.</param>
internal sealed class PairScan(Reconstruction reconstruction)
{
    /// <summary>Decodes the samples of a dataset.</summary>
    /// <param name="dataset">Latents and images.</param>
    /// <param name="samples">The samples to decode, by id; each gets <see cref="AuditedSample.Decoded"/>.</param>
    /// <param name="batchSize">The most samples in one run of a graph.</param>
    /// <param name="interrupt">Stops between two batches.</param>
    public void Read(Dataset dataset, IReadOnlyDictionary<string, AuditedSample> samples, int batchSize, CancellationToken interrupt)
    {
        var done = 0L;
        using var progress = ProgressLine.OnStandardError(samples.Count, "latents decoded");
        foreach (var batch in BatchReader.Read(dataset, batchSize, interrupt))
        {
            using (batch)
            {
                if (batch.Samples.Any(sample => samples.ContainsKey(sample.Id)))
                {
                    done += Compare(batch, samples);
                    progress.Report(done);
                }
            }
        }
    }

    private int Compare(SampleBatch batch, IReadOnlyDictionary<string, AuditedSample> samples)
    {
        using var pairs = reconstruction.Pair(batch);
        var distances = reconstruction.Distances(pairs);
        var compared = 0;
        for (var i = 0; i < distances.Length; i++)
        {
            if (samples.TryGetValue(batch.Samples[i].Id, out var sample))
            {
                sample.Decoded = Describe(distances[i], pairs, batch.Tensors[1], i);
                compared++;
            }
        }

        return compared;
    }

    private static DecodedSample Describe(double distance, DecodedPair pairs, TensorBuffer images, int index)
    {
        var (found, expected) = (Thumbnail.Of(pairs.Decoded, index), Thumbnail.Of(pairs.Image, index));
        return new DecodedSample(
            distance,
            LatentScan.HashOf(new TensorShape(images.Shape.Dimensions[1..]), images.Sample(index)),
            IsFlat(images, index),
            expected.FitsMirrored(found),
            expected.Correlation(found));
    }

    private static bool IsFlat(TensorBuffer images, int index)
    {
        var image = images.Sample(index);
        var plane = image.Length / 3;
        for (var channel = 0; channel < 3; channel++)
        {
            if (image.Slice(channel * plane, plane).ContainsAnyExcept(image[channel * plane]))
            {
                return false;
            }
        }

        return true;
    }
}
