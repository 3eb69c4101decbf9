using System.IO.Hashing;
using System.Runtime.InteropServices;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Inspection;
using PerceptualEval.Cli.Results;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Auditing;

/// <summary>The first pass: reads every latent once and keeps a few numbers of each.</summary>
internal static class LatentScan
{
    /// <summary>Reads a dataset of latents alone.</summary>
    /// <param name="dataset">The latents, without images.</param>
    /// <param name="interrupt">Stops between two samples.</param>
    /// <returns>The samples that can be read, in their order.</returns>
    /// <exception cref="DatasetException">Two samples have the same id.</exception>
    public static List<AuditedSample> Read(Dataset dataset, CancellationToken interrupt)
    {
        var samples = new List<AuditedSample>();
        using var progress = ProgressLine.OnStandardError(dataset.SampleCount, "latents read");
        foreach (var batch in BatchReader.Read(dataset, 1, interrupt))
        {
            using (batch)
            {
                samples.Add(Measure(batch));
            }

            progress.Report(samples.Count);
        }

        return samples;
    }

    private static AuditedSample Measure(SampleBatch batch)
    {
        var tensor = batch.Samples[0].Target.Tensor;
        var shape = tensor.SampleShape;
        var values = batch.Target.Span;
        using var sample = TensorBuffer.CopyOf(shape, values);
        var statistics = new LatentStatistics((int)shape[0]);
        statistics.Add(sample);
        var channels = statistics.Channels;
        var (nan, infinite, zeros) = Count(values);
        var (sameSign, mean) = SecondHalf(values[(values.Length / 2)..]);
        return new AuditedSample(batch.Samples[0].Id, shape, tensor.Units)
        {
            NaN = nan,
            Infinite = infinite,
            Zeros = zeros,
            IsConstant = nan + infinite == 0 && channels.All(channel => channel.Min == channel.Max),
            SecondHalfSameSign = sameSign,
            SecondHalfMean = mean,
            Std = statistics.Std,
            Means = [.. channels.Select(channel => (float)channel.Mean)],
            Stds = [.. channels.Select(channel => (float)channel.Std)],
            Hash = HashOf(shape, values),
        };
    }

    /// <summary>The hash of a shape and its values.</summary>
    public static UInt128 HashOf(TensorShape shape, ReadOnlySpan<float> values)
    {
        var hash = new XxHash128();
        hash.Append(MemoryMarshal.AsBytes(shape.Dimensions));
        hash.Append(MemoryMarshal.AsBytes(values));
        return hash.GetCurrentHashAsUInt128();
    }

    private static (long NaN, long Infinite, long Zeros) Count(ReadOnlySpan<float> values)
    {
        var (nan, infinite, zeros) = (0L, 0L, 0L);
        foreach (var value in values)
        {
            nan += float.IsNaN(value) ? 1 : 0;
            infinite += float.IsInfinity(value) ? 1 : 0;
            zeros += value == 0 ? 1 : 0;
        }

        return (nan, infinite, zeros);
    }

    private static (double SameSign, double Mean) SecondHalf(ReadOnlySpan<float> values)
    {
        var (positive, negative, sum) = (0L, 0L, 0.0);
        foreach (var value in values)
        {
            positive += value > 0 ? 1 : 0;
            negative += value < 0 ? 1 : 0;
            sum += value;
        }

        return (Math.Max(positive, negative) / (double)values.Length, sum / values.Length);
    }
}
