namespace PerceptualEval.Cli.Datasets.Reading;

/// <summary>Sorts samples into runs of equal shapes, which go through the graphs together.</summary>
internal static class ShapeRuns
{
    /// <summary>How many runs' worth of samples is looked through for those of one shape: datasets of several aspect ratios have some ten.</summary>
    public const int MostAhead = 16;

    /// <summary>
    /// Samples in runs. A sample of other shapes does not end a run, unless the order must be kept: each waits among its like until they are
    /// enough, or until <see cref="MostAhead"/> runs' worth of samples has been looked through; then all that wait go, the longest waiting first.
    /// </summary>
    /// <param name="samples">The samples; enumerated as far as is needed for the run that is asked for.</param>
    /// <param name="length">The most samples in a run, at least 1; may change.</param>
    /// <param name="inOrder">Whether the runs' samples must come in order.</param>
    /// <returns>
    /// The runs, each with whether no sample waits any more. Begun afresh after such a run, the samples that are left form the same runs.
    /// </returns>
    public static IEnumerable<(List<Sample> Run, bool NothingWaits)> Of(IEnumerable<Sample> samples, Func<int> length, bool inOrder)
    {
        var waiting = new List<List<Sample>>();
        var lookedThrough = 0L;
        foreach (var sample in samples)
        {
            if (waiting.Count > 0 && (inOrder ? !sample.FitsBatchOf(waiting[0][0]) : lookedThrough >= (long)MostAhead * length()))
            {
                foreach (var run in TakeAll(waiting, length))
                {
                    yield return run;
                }
            }

            lookedThrough = waiting.Count == 0 ? 1 : lookedThrough + 1;
            var like = waiting.Find(run => sample.FitsBatchOf(run[0]));
            if (like is null)
            {
                waiting.Add(like = []);
            }

            like.Add(sample);
            if (like.Count >= Most(like, length))
            {
                waiting.Remove(like);
                foreach (var run in Parts(like, length, nothingWaits: waiting.Count == 0))
                {
                    yield return run;
                }
            }
        }

        foreach (var run in TakeAll(waiting, length))
        {
            yield return run;
        }
    }

    private static IEnumerable<(List<Sample> Run, bool NothingWaits)> TakeAll(List<List<Sample>> waiting, Func<int> length)
    {
        while (waiting.Count > 0)
        {
            var first = waiting[0];
            waiting.RemoveAt(0);
            foreach (var run in Parts(first, length, nothingWaits: waiting.Count == 0))
            {
                yield return run;
            }
        }
    }

    // More than one where runs have become shorter since its samples began to wait.
    private static IEnumerable<(List<Sample> Run, bool NothingWaits)> Parts(List<Sample> like, Func<int> length, bool nothingWaits)
    {
        for (var taken = 0; taken < like.Count;)
        {
            var part = like.GetRange(taken, (int)Math.Min(Most(like, length), like.Count - taken));
            taken += part.Count;
            yield return (part, nothingWaits && taken == like.Count);
        }
    }

    // One buffer holds at most Array.MaxLength values.
    private static long Most(List<Sample> like, Func<int> length) =>
        Math.Clamp(Array.MaxLength / like[0].Sources.Max(source => source.Tensor.SampleShape.ElementCount), 1, length());
}
