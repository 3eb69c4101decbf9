using PerceptualEval.Cli.Datasets;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Says why a sample's score is not finite.</summary>
internal static class NonFiniteValues
{
    private static readonly string[] Sources = ["target", "pred", "image"];

    /// <summary>Counts the values of a sample that are not finite.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="index">Which of its samples.</param>
    /// <returns>For example <c>pred: 3 NaN, 1 infinite of 4096 values</c>.</returns>
    public static string Explain(SampleBatch batch, int index)
    {
        var found = batch.Tensors.Select((tensor, source) => Count(Sources[source], tensor.Sample(index))).OfType<string>().ToArray();
        return found.Length > 0 ? string.Join("; ", found) : "the latents are finite, but a decoded image or a distance is not";
    }

    private static string? Count(string source, ReadOnlySpan<float> values)
    {
        var (nan, infinite) = (0, 0);
        foreach (var value in values)
        {
            nan += float.IsNaN(value) ? 1 : 0;
            infinite += float.IsInfinity(value) ? 1 : 0;
        }

        return (nan, infinite) switch
        {
            (0, 0) => null,
            (_, 0) => $"{source}: {nan} NaN of {values.Length} values",
            (0, _) => $"{source}: {infinite} infinite of {values.Length} values",
            _ => $"{source}: {nan} NaN and {infinite} infinite of {values.Length} values",
        };
    }
}
