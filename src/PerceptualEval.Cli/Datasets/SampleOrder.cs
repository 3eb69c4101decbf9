namespace PerceptualEval.Cli.Datasets;

/// <summary>Puts what was computed for samples back into their order: batches of several shapes come out of it.</summary>
/// <remarks>
/// Results are given only where no sample waits, so that what a run has given when it ends early is of the first samples, and a run that goes
/// on from there forms the batches that this one would have formed.
/// </remarks>
/// <typeparam name="T">What was computed for a sample.</typeparam>
internal sealed class SampleOrder<T>
{
    private readonly List<(long Number, T Result)> _held = [];

    /// <summary>Adds a batch's results.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="results">One for each of its samples.</param>
    /// <returns>The results whose turn it is, in order; none while samples wait.</returns>
    public IReadOnlyList<T> Add(SampleBatch batch, IReadOnlyList<T> results)
    {
        _held.AddRange(batch.Samples.Zip(results, (sample, result) => (sample.Number, result)));
        return batch.NothingWaits ? TakeHeld() : [];
    }

    /// <summary>Takes what is held, in order: no more will come.</summary>
    public IReadOnlyList<T> TakeHeld()
    {
        T[] results = [.. _held.OrderBy(held => held.Number).Select(held => held.Result)];
        _held.Clear();
        return results;
    }
}
