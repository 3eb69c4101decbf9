using System.Text;
using PerceptualEval.Comparisons;

namespace PerceptualEval.Cli.Results;

/// <summary>A comparison as JSON has it: what follows the samples.</summary>
internal static class ComparisonJson
{
    /// <summary>The same as one object.</summary>
    public static byte[] Document(ComparisonSummary summary, long badFiles) => Encoding.UTF8.GetBytes(
        $"{{{string.Join(',', Sections(summary, badFiles).Select(section => $"\"{section.Name}\":{Encoding.UTF8.GetString(section.Json)}"))}}}");

    /// <summary>The sections <c>baseline</c>, <c>seed</c>, <c>checkpoints</c>, <c>comparisons</c> and <c>rank_agreement</c>.</summary>
    /// <param name="summary">The comparison.</param>
    /// <param name="badFiles">How many samples were passed over because their files are bad.</param>
    public static IReadOnlyList<ResultSection> Sections(ComparisonSummary summary, long badFiles) =>
    [
        new("baseline", ResultJson.Bytes(summary.Baseline, ResultJson.Default.String)),
        new("seed", ResultJson.Bytes(summary.Seed, ResultJson.Default.Int64)),
        new("checkpoints", ResultJson.Bytes(
            [.. summary.Checkpoints.Select(checkpoint => new CheckpointResult(checkpoint.Name, ScoreSummary.Of(checkpoint.Losses, badFiles)))],
            ResultJson.Default.IReadOnlyListCheckpointResult)),
        new("comparisons", ResultJson.Bytes(summary.Comparisons, ResultJson.Default.IReadOnlyListCheckpointComparison)),
        new("rank_agreement", ResultJson.Bytes(summary.RankAgreements, ResultJson.Default.IReadOnlyListRankAgreement)),
    ];
}
