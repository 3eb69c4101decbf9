using PerceptualEval.Cli.Datasets.Reading;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Datasets;

/// <summary>The values of samples of equal shapes. Owns its tensors.</summary>
internal sealed class SampleBatch : IDisposable
{
    private SampleBatch(Sample[] samples, TensorBuffer[] tensors)
    {
        Samples = samples;
        Tensors = tensors;
    }

    /// <summary>The samples, in the order of the tensors' first dimension.</summary>
    public IReadOnlyList<Sample> Samples { get; }

    /// <summary>All tensors, in the order of the dataset's inputs; entry <c>i</c> of each is the values of <c>Samples[i]</c>.</summary>
    public IReadOnlyList<TensorBuffer> Tensors { get; }

    /// <summary>The target latents <c>[n,C,h,w]</c>, or images A <c>[n,3,H,W]</c> of <c>distance</c>.</summary>
    public TensorBuffer Target => Tensors[0];

    /// <summary>The predicted latents <c>[n,C,h,w]</c>, or images B <c>[n,3,H,W]</c> of <c>distance</c>; of several predictions the first.</summary>
    public TensorBuffer Pred => Tensors[1];

    /// <summary>The predicted latents of all checkpoints, in their order.</summary>
    public IReadOnlyList<TensorBuffer> Preds => [.. Tensors.Skip(1).SkipLast(Images is null ? 0 : 1)];

    /// <summary>The images <c>[n,3,H,W]</c> in [-1,1] that the targets were made from; null where the dataset has none.</summary>
    public TensorBuffer? Images => Samples[0].Image is null ? null : Tensors[^1];

    /// <summary>Whether no sample waits for others of its shapes: those up to here are all in this batch and in those before.</summary>
    public bool NothingWaits { get; set; }

    /// <summary>
    /// Where no sample waited any more before this batch, and the batch before does not tell, since the last ones could not be read: what was
    /// passed over since it. Else null.
    /// </summary>
    public IReadOnlyList<BadFile>? SettledBefore { get; set; }

    /// <summary>What was passed over since the batch before, or since it was settled; what comes after the last batch is among <see cref="Dataset.Bad"/> only.</summary>
    public IReadOnlyList<BadFile> PassedOver { get; set; } = [];

    /// <summary>Reads samples into a new batch.</summary>
    /// <param name="samples">At least one; all have the shapes of the first.</param>
    /// <param name="reader">Reads their values.</param>
    /// <param name="cancellationToken">Stops between two samples.</param>
    /// <returns>A batch that the caller owns.</returns>
    /// <exception cref="DatasetException">A file has changed since its header was read.</exception>
    /// <exception cref="TensorFiles.TensorFileException">A tensor file can't be read.</exception>
    /// <exception cref="Images.ImageFileException">A picture can't be read.</exception>
    public static SampleBatch Read(IReadOnlyList<Sample> samples, SampleReader reader, CancellationToken cancellationToken)
    {
        var tensors = Array.ConvertAll([.. samples[0].Sources], source => new TensorBuffer(new TensorShape([samples.Count, .. source.Tensor.SampleShape.Dimensions])));
        var batch = new SampleBatch([.. samples], tensors);
        try
        {
            for (var i = 0; i < samples.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                for (var source = 0; source < tensors.Length; source++)
                {
                    reader.Read(samples[i], source, tensors[source].Sample(i));
                }
            }

            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Some of the samples, with copies of their values.</summary>
    /// <param name="start">The first of them.</param>
    /// <param name="count">How many, at least 1.</param>
    /// <returns>A batch that the caller owns.</returns>
    public SampleBatch Part(int start, int count) => new(
        [.. Samples.Skip(start).Take(count)],
        [.. Tensors.Select(tensor =>
        {
            var length = tensor.Sample(0).Length;
            return TensorBuffer.CopyOf(new TensorShape([count, .. tensor.Shape.Dimensions[1..]]), tensor.Span.Slice(start * length, count * length));
        })]);

    /// <summary>Gives the tensors' memory back.</summary>
    public void Dispose()
    {
        foreach (var tensor in Tensors)
        {
            tensor.Dispose();
        }
    }
}
