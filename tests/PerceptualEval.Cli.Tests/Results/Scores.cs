using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Tests.Results;

/// <summary>A small result: two finite samples and one that is not.</summary>
internal static class Scores
{
    public static ScoreProvenance Provenance { get; } = new(
        "0.1.0", "onnxruntime 1.31.1", "cpu", new ModelIdentity("taef2", "aa11"), new ModelIdentity("squeeze", "bb22"),
        new LossWeights(1, 0.5, 0), "raw", "none")
    {
        More = new Dictionary<string, object> { ["clamp"] = false, ["batch"] = 4 },
    };

    public static (string Id, SampleLoss Loss, string? NonFinite)[] Samples { get; } =
    [
        ("cat#0", new SampleLoss(0.25, 0.125, 0.25, null), null),
        ("cat#1", new SampleLoss(double.NaN, double.NaN, 0.5, null), "pred: 3 NaN of 4096 values"),
        ("bäume/it's", new SampleLoss(0.75, 0.5, 0.5, null), null),
    ];

    public static LossSummary Summary => SummaryOf(Samples.Length);

    /// <summary>Writes all samples and the summary, and closes the writer.</summary>
    public static void WriteAll(ScoreWriter writer) => Write(writer, Samples.Length);

    /// <summary>Writes the first samples and their summary, as an interrupted run does, and closes the writer.</summary>
    public static void Write(ScoreWriter writer, int count)
    {
        using (writer)
        {
            foreach (var (id, loss, nonFinite) in Samples.Take(count))
            {
                writer.Write(id, loss, nonFinite);
            }

            writer.Complete(SummaryOf(count));
        }
    }

    private static LossSummary SummaryOf(int count)
    {
        var accumulator = new LossAccumulator();
        foreach (var (_, loss, _) in Samples.Take(count))
        {
            accumulator.Update(loss);
        }

        return accumulator.Compute();
    }
}
