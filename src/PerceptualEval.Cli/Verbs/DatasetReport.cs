using PerceptualEval.Cli.Datasets;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Says on standard error what of a dataset had no part in the results.</summary>
internal static class DatasetReport
{
    /// <summary>Writes what was left out and what can't be read; nothing where all took part.</summary>
    /// <returns>The exit code that the dataset deserves: bad files are a failed gate.</returns>
    public static ExitCode Write(Dataset dataset)
    {
        if (dataset.Warning is { } warning)
        {
            Console.Error.WriteLine($"perceptual-eval: {warning}");
        }

        foreach (var line in dataset.Bad.Lines)
        {
            Console.Error.WriteLine($"perceptual-eval: {line}");
        }

        return dataset.Bad.Count == 0 ? ExitCode.Ok : ExitCode.GateFailed;
    }

    /// <summary>Says that the results are not those of the whole dataset.</summary>
    /// <param name="dataset">The dataset.</param>
    /// <param name="done">How many samples have results.</param>
    public static ExitCode Interrupted(Dataset dataset, long done)
    {
        var all = dataset.SampleCount is { } count ? FormattableString.Invariant($" of {count}") : string.Empty;
        Console.Error.WriteLine(FormattableString.Invariant($"perceptual-eval: interrupted; the results are those of the first {done}{all} samples."));
        return ExitCode.Interrupted;
    }
}
