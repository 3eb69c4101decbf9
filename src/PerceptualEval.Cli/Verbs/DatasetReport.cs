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
}
