using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Reading;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>Reads chosen samples of a dataset one by one, in any order and more than once. What can't be read is noted and passed over.</summary>
/// <param name="dataset">Latents and images.</param>
/// <param name="unreadable">Gets what can't be read.</param>
/// <param name="interrupt">Ends the reading.</param>
internal sealed class ChosenSamples(Dataset dataset, UnreadableSamples unreadable, CancellationToken interrupt) : IDisposable
{
    private readonly SampleReader _reader = new(dataset.SourceCount);

    /// <summary>Finds samples by the headers of all; their values are not read.</summary>
    /// <param name="ids">Their ids.</param>
    /// <returns>Those that are there, in the order of the dataset.</returns>
    public IReadOnlyList<Sample> Find(IReadOnlySet<string> ids)
    {
        var found = new List<Sample>(ids.Count);
        foreach (var sample in dataset.Samples().Where(sample => ids.Contains(sample.Id)))
        {
            interrupt.ThrowIfCancellationRequested();
            found.Add(sample);
        }

        return found;
    }

    /// <summary>Reads the values of a sample.</summary>
    /// <returns>A batch of one that the caller owns; null where it can't be read.</returns>
    /// <exception cref="OperationCanceledException">The reading was ended.</exception>
    public SampleBatch? Read(Sample sample)
    {
        try
        {
            return SampleBatch.Read([sample], _reader, interrupt);
        }
        catch (Exception exception) when (dataset.PassesOver(sample.Id, exception, sample.Number))
        {
            unreadable.Add(sample.Id, exception.Message);
            return null;
        }
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _reader.Dispose();
}
