using PerceptualEval.Cli.Datasets;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>Some images of the dataset: LPIPS to them is what LPIPS between unrelated images of this dataset is. Owns them.</summary>
internal sealed class References : IDisposable
{
    // The median of five is not moved by one that happens to be alike.
    private const int Compared = 5;

    private readonly List<(string Id, TensorBuffer Image)> _images = [];

    private References()
    {
    }

    /// <summary>Reads the images of the first samples that can be read: one more than are compared, for the samples that are among them.</summary>
    public static References Read(IEnumerable<Sample> samples, ChosenSamples reader)
    {
        var references = new References();
        try
        {
            foreach (var sample in samples.TakeWhile(_ => references._images.Count <= Compared))
            {
                using var batch = reader.Read(sample);
                if (batch?.Images is { } image)
                {
                    references._images.Add((sample.Id, TensorBuffer.CopyOf(image.Shape, image.Span)));
                }
            }

            return references;
        }
        catch
        {
            references.Dispose();
            throw;
        }
    }

    /// <summary>The images to compare a sample with, [1,3,H,W] each, at their own sizes; never its own. Empty where there are no others.</summary>
    /// <param name="id">The sample.</param>
    public IEnumerable<TensorBuffer> For(string id) => _images.Where(reference => reference.Id != id).Select(reference => reference.Image).Take(Compared);

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        foreach (var (_, image) in _images)
        {
            image.Dispose();
        }
    }
}
