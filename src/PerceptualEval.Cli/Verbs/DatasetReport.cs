using PerceptualEval.Cli.Datasets;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Says on standard error what of a dataset had no part in the results.</summary>
internal static class DatasetReport
{
    /// <summary>Writes what was left out and what can't be read; nothing where all took part.</summary>
    /// <returns>The exit code that the dataset deserves: bad files are a failed gate.</returns>
    public static ExitCode Write(Dataset dataset) => Write(dataset, dataset.Bad);

    /// <summary>The same, where an earlier run has met some of the bad files.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="bad">All bad files.</param>
    public static ExitCode Write(Dataset dataset, BadFiles bad)
    {
        if (dataset.Warning is { } warning)
        {
            Console.Error.WriteLine($"perceptual-eval: {warning}");
        }

        return Write(bad);
    }

    /// <summary>Writes what can't be read.</summary>
    /// <param name="bad">The bad files.</param>
    /// <returns>The exit code that they deserve.</returns>
    public static ExitCode Write(BadFiles bad)
    {
        foreach (var line in bad.Lines)
        {
            Console.Error.WriteLine($"perceptual-eval: {line}");
        }

        return bad.Count == 0 ? ExitCode.Ok : ExitCode.GateFailed;
    }

    /// <summary>Says that all samples are scored, but not compared.</summary>
    /// <param name="done">How many there are.</param>
    /// <param name="folder">The folder that they are in; null where the run can't be continued.</param>
    public static ExitCode InterruptedAfterScoring(long done, string? folder)
    {
        var next = folder is null ? string.Empty : " Go on with --resume.";
        Console.Error.WriteLine(FormattableString.Invariant($"perceptual-eval: interrupted; all {done} samples are scored, the comparison is not made.{next}"));
        return ExitCode.Interrupted;
    }

    /// <summary>Says that the results are not those of the whole dataset.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="done">How many samples have results.</param>
    /// <param name="folder">The folder that they are in; null where the run can't be continued.</param>
    public static ExitCode Interrupted(Dataset dataset, long done, string? folder = null)
    {
        var next = folder is null ? string.Empty : " Go on with --resume.";
        var all = dataset.SampleCount is { } count ? FormattableString.Invariant($" of {count}") : string.Empty;
        Console.Error.WriteLine(FormattableString.Invariant($"perceptual-eval: interrupted; the results are those of the first {done}{all} samples.{next}"));
        return ExitCode.Interrupted;
    }
}
