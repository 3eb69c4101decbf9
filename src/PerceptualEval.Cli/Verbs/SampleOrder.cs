using PerceptualEval.Cli.Datasets;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Puts what was computed for samples back into their order: batches of several shapes come out of it.</summary>
/// <typeparam name="T">What was computed for a sample.</typeparam>
internal sealed class SampleOrder<T>
{
    private readonly List<(long Number, T Result)> _held = [];

    /// <summary>Adds a batch's results.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="results">One for each of its samples.</param>
    /// <returns>The results whose turn it is, in order: all that are held where no earlier sample is still to come, else none.</returns>
    public IReadOnlyList<T> Add(SampleBatch batch, IReadOnlyList<T> results)
    {
        _held.AddRange(batch.Samples.Zip(results, (sample, result) => (sample.Number, result)));
        return batch.LeavesNoGap ? TakeHeld() : [];
    }

    /// <summary>Takes what is held, in order: no more will come.</summary>
    public IReadOnlyList<T> TakeHeld()
    {
        T[] results = [.. _held.OrderBy(held => held.Number).Select(held => held.Result)];
        _held.Clear();
        return results;
    }
}
