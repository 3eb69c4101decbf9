using PerceptualEval.Cli.Datasets;
using PerceptualEval.Inference;

namespace PerceptualEval.Cli.Verbs;

/// <summary>
/// How many samples go through the graphs together: as many as the user says, or found by measuring. A batch that fails is scored again in
/// halves, and those that follow are smaller: where memory ran out that helps, and what fails alone has another reason.
/// </summary>
/// <remarks>The runtime has no error of its own for memory that ran out, so that every failure of a batch is tried again.</remarks>
/// <param name="size">The number of samples to begin with, at least 1.</param>
/// <param name="isAuto">Whether the number is doubled as long as that pays.</param>
/// <param name="memoryInUse">The share of the memory that the process may have and has, from 0 to 1; null to measure it.</param>
internal sealed class BatchSize(int size, bool isAuto = false, Func<double>? memoryInUse = null)
{
    // A batch of twice the size takes at most twice the memory.
    private const double MostMemory = 0.4;

    // Gains of less are noise.
    private const double Gain = 0.95;
    private const int Most = 256;

    private readonly Func<double> _memoryInUse = memoryInUse ?? MemoryInUse;
    private bool _grows = isAuto;
    private bool _isWarm;
    private bool _hasShrunk;
    private double _fastest = double.PositiveInfinity;

    /// <summary>One sample at a time.</summary>
    public static BatchSize One => new(1);

    /// <summary>The most samples in the next batch.</summary>
    public int Size { get; private set; } = size;

    /// <summary>What was asked for, as results name it: the number, or <c>auto</c>.</summary>
    public object Asked { get; } = isAuto ? "auto" : size;

    /// <summary>Takes into account how long a batch took. Each size is measured once, with its second batch: the first one allocates.</summary>
    /// <param name="samples">The samples of the batch.</param>
    /// <param name="values">The values of their target latents: samples may differ in size, so that the time per value counts.</param>
    /// <param name="time">How long it took.</param>
    public void Measured(int samples, long values, TimeSpan time)
    {
        if (!_grows || samples != Size)
        {
            return;
        }

        if (!_isWarm)
        {
            _isWarm = true;
            return;
        }

        var perValue = time.TotalSeconds / values;
        if (perValue > _fastest * Gain)
        {
            (_grows, Size) = (false, Size / 2);
            return;
        }

        _fastest = perValue;
        _isWarm = false;
        _grows = Size * 2 <= Most && _memoryInUse() <= MostMemory;
        Size = _grows ? Size * 2 : Size;
    }

    /// <summary>Scores a batch, in parts where the runtime fails or memory runs out.</summary>
    /// <param name="batch">The batch; stays the caller's.</param>
    /// <param name="score">Scores a batch: per prediction, one loss per sample. It changes nothing of the batch.</param>
    /// <returns>Per prediction, one loss per sample.</returns>
    /// <exception cref="InferenceException">A single sample failed.</exception>
    public IReadOnlyList<SampleLoss>[] Score(SampleBatch batch, Func<SampleBatch, IReadOnlyList<SampleLoss>[]> score)
    {
        var count = batch.Samples.Count;
        try
        {
            return score(batch);
        }
        catch (Exception exception) when (count > 1 && exception is InferenceException or OutOfMemoryException)
        {
            Shrink(count, exception);
        }

        using var first = batch.Part(0, count / 2);
        using var second = batch.Part(count / 2, count - (count / 2));
        return [.. Score(first, score).Zip(Score(second, score), (losses, more) => (IReadOnlyList<SampleLoss>)[.. losses, .. more])];
    }

    private void Shrink(int failed, Exception exception)
    {
        if (!_hasShrunk)
        {
            Console.Error.WriteLine(FormattableString.Invariant(
                $"perceptual-eval: a batch of {failed} samples failed ({exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}); going on with smaller batches."));
        }

        (_hasShrunk, _grows, Size) = (true, false, Math.Min(Size, failed / 2));
    }

    private static double MemoryInUse() => (double)Environment.WorkingSet / GC.GetGCMemoryInfo().TotalAvailableMemoryBytes;
}
