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
    /// <returns>The runs, each with whether it leaves no gap: its samples and those of the runs before are, together, the first ones.</returns>
    public static IEnumerable<(List<Sample> Run, bool LeavesNoGap)> Of(IEnumerable<Sample> samples, Func<int> length, bool inOrder)
    {
        var waiting = new List<List<Sample>>();
        var lookedThrough = 0L;
        foreach (var sample in samples)
        {
            if (waiting.Count > 0 && (inOrder ? !sample.FitsBatchOf(waiting[0][0]) : lookedThrough >= (long)MostAhead * length()))
            {
                foreach (var run in TakeAll(waiting))
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
            if (like.Count >= Math.Min(length(), MostThatFit(sample)))
            {
                waiting.Remove(like);
                yield return (like, waiting.Count == 0);
            }
        }

        foreach (var run in TakeAll(waiting))
        {
            yield return run;
        }
    }

    private static IEnumerable<(List<Sample> Run, bool LeavesNoGap)> TakeAll(List<List<Sample>> waiting)
    {
        while (waiting.Count > 0)
        {
            var first = waiting[0];
            waiting.RemoveAt(0);
            yield return (first, waiting.Count == 0);
        }
    }

    // One buffer holds at most Array.MaxLength values.
    private static long MostThatFit(Sample sample) => Array.MaxLength / sample.Sources.Max(source => source.Tensor.SampleShape.ElementCount);
}
