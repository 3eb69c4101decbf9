using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Datasets;

/// <summary>
/// Reads samples' values. The last tensor file of each input stays open, so that the samples of one batched file don't open it again.
/// Not safe for concurrent use.
/// </summary>
/// <param name="sourceCount">How many inputs the dataset has.</param>
internal sealed class SampleReader(int sourceCount) : IDisposable
{
    private readonly TensorFile?[] _open = new TensorFile?[sourceCount];

    /// <summary>Reads the values of one source of a sample.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="sourceIndex">Which of its sources.</param>
    /// <param name="destination">Memory of the caller, exactly one sample long; filled in C order.</param>
    /// <exception cref="DatasetException">The file has changed since its header was read.</exception>
    /// <exception cref="TensorFileException">The tensor file can't be read.</exception>
    public void Read(Sample sample, int sourceIndex, Span<float> destination)
    {
        var (tensor, batchIndex) = sample.Sources[sourceIndex];
        if (tensor.IsPicture)
        {
            using var picture = ImageFile.Read(tensor.Path);
            RefuseChange(tensor, picture.Shape.Dimensions[^2..].SequenceEqual(tensor.Shape.Dimensions[^2..]));
            picture.Span.CopyTo(destination);
            return;
        }

        var file = Open(tensor.Path, sourceIndex);
        RefuseChange(tensor, tensor.Index < file.Tensors.Count
            && file.Tensors[tensor.Index].Name == tensor.Name
            && file.Tensors[tensor.Index].Shape == tensor.Shape);
        var start = batchIndex * tensor.SampleShape.ElementCount;
        if (tensor.Layout == SampleLayout.FramesChannels)
        {
            ReadFramesFirst(file, tensor, start, destination);
        }
        else
        {
            file.Read(file.Tensors[tensor.Index], start, destination);
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var file in _open)
        {
            file?.Dispose();
        }
    }

    // In the order of the file, plane by plane: [T,C,H,W] there, [C,T,H,W] here.
    private static void ReadFramesFirst(TensorFile file, SampleTensor tensor, long start, Span<float> destination)
    {
        var (channels, frames) = ((int)tensor.SampleShape[0], (int)tensor.SampleShape[1]);
        var plane = destination.Length / (channels * frames);
        for (var frame = 0; frame < frames; frame++)
        {
            for (var channel = 0; channel < channels; channel++, start += plane)
            {
                file.Read(file.Tensors[tensor.Index], start, destination.Slice(((channel * frames) + frame) * plane, plane));
            }
        }
    }

    private static void RefuseChange(SampleTensor tensor, bool unchanged)
    {
        if (!unchanged)
        {
            throw new DatasetException($"{tensor}; the file has another content now. Score again when nothing writes to it.");
        }
    }

    private TensorFile Open(string path, int sourceIndex)
    {
        if (_open[sourceIndex] is { } last)
        {
            if (last.Path == path)
            {
                return last;
            }

            last.Dispose();
            _open[sourceIndex] = null;
        }

        return _open[sourceIndex] = TensorFile.Open(path);
    }
}
