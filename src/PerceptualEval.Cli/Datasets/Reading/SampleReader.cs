using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Datasets.Reading;

/// <summary>
/// Reads samples' values. The last tensor file of each input stays open, so that the samples of one batched file don't open it again.
/// Not safe for concurrent use.
/// </summary>
/// <param name="sourceCount">How many inputs the dataset has.</param>
internal sealed class SampleReader(int sourceCount) : IDisposable
{
    private readonly (DatasetFile File, TensorFile Tensors)?[] _open = new (DatasetFile, TensorFile)?[sourceCount];

    /// <summary>The sample that was read last, or at which reading failed.</summary>
    public Sample? Current { get; private set; }

    /// <summary>Reads the values of one source of a sample.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="sourceIndex">Which of its sources.</param>
    /// <param name="destination">Memory of the caller, exactly one sample long; filled in C order.</param>
    /// <exception cref="DatasetException">The file has changed since its header was read.</exception>
    /// <exception cref="TensorFileException">The tensor file can't be read.</exception>
    public void Read(Sample sample, int sourceIndex, Span<float> destination)
    {
        Current = sample;
        var (tensor, batchIndex) = sample.Sources[sourceIndex];
        if (tensor.IsPicture)
        {
            using var picture = tensor.File.ReadPicture();
            RefuseChange(tensor, picture.Shape.Dimensions[^2..].SequenceEqual(tensor.Shape.Dimensions[^2..]));
            picture.Span.CopyTo(destination);
            return;
        }

        var file = Open(tensor.File, sourceIndex);
        RefuseChange(tensor, tensor.Index < file.Tensors.Count
            && file.Tensors[tensor.Index].Name == tensor.Name
            && file.Tensors[tensor.Index].Shape == tensor.Shape);
        LatentValues.Read(file, tensor, batchIndex, sample.Id, destination);
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var open in _open)
        {
            open?.Tensors.Dispose();
        }
    }

    private static void RefuseChange(SampleTensor tensor, bool unchanged)
    {
        if (!unchanged)
        {
            throw new DatasetException($"{tensor}; the file has another content now. Score again when nothing writes to it.");
        }
    }

    private TensorFile Open(DatasetFile file, int sourceIndex)
    {
        if (_open[sourceIndex] is { } last)
        {
            if (last.File == file)
            {
                return last.Tensors;
            }

            last.Tensors.Dispose();
            _open[sourceIndex] = null;
        }

        var tensors = file.OpenTensors();
        _open[sourceIndex] = (file, tensors);
        return tensors;
    }
}
