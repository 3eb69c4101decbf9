using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Reading;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>Some images of the dataset: LPIPS to them is what LPIPS between unrelated images of this dataset is. Owns them.</summary>
internal sealed class References : IDisposable
{
    // The median of five is not moved by one that happens to be alike, or the sample's own.
    private const int Count = 5;

    private readonly List<TensorBuffer> _images = [];

    private References()
    {
    }

    /// <summary>The images, [1,3,H,W] each, at their own sizes.</summary>
    public IReadOnlyList<TensorBuffer> Images => _images;

    /// <summary>Reads the images of some samples.</summary>
    public static References Read(IReadOnlyList<Sample> samples, SampleReader reader)
    {
        var references = new References();
        try
        {
            foreach (var sample in samples.Take(Count))
            {
                using var batch = SampleBatch.Read([sample], reader, CancellationToken.None);
                references._images.Add(TensorBuffer.CopyOf(batch.Tensors[1].Shape, batch.Tensors[1].Span));
            }

            return references;
        }
        catch
        {
            references.Dispose();
            throw;
        }
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var image in _images)
        {
            image.Dispose();
        }
    }
}
