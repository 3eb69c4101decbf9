using PerceptualEval.Cli.Datasets;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Verbs;

/// <summary>Says why a sample's score is not finite.</summary>
internal static class NonFiniteValues
{
    /// <summary>Counts the values of a sample that are not finite.</summary>
    /// <param name="batch">The batch.</param>
    /// <param name="index">Which of its samples.</param>
    /// <param name="pred">Which of the predictions, from 0, where there are several.</param>
    /// <returns>For example <c>pred: 3 NaN, 1 infinite of 4096 values</c>.</returns>
    public static string Explain(SampleBatch batch, int index, int pred = 0)
    {
        // Decoders are compared on one side's latents, which the user calls --pred.
        var first = batch.Preds.Count == 0 ? "pred" : "target";
        (string Source, TensorBuffer? Values)[] sources = [(first, batch.Target), ("pred", batch.Preds.ElementAtOrDefault(pred)), ("image", batch.Images)];
        var found = sources.Select(source => source.Values is null ? null : Count(source.Source, source.Values.Sample(index))).OfType<string>().ToArray();
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
