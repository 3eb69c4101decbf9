using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.Cli.Verbs;

namespace PerceptualEval.Cli.Reports;

/// <summary>The report of results that an earlier run has written.</summary>
internal static class ResultReport
{
    /// <summary>Makes the report, without pictures: that of <c>score</c>, or of <c>compare</c> where there are several checkpoints.</summary>
    /// <param name="results">The results.</param>
    public static ReportData Of(ResultSet results)
    {
        var data = OfRows(results);
        return Unfinished(results) is { } sentence ? data with { Verdict = data.Verdict with { Sentences = [sentence, .. data.Verdict.Sentences] } } : data;
    }

    /// <summary>That samples are missing, where the run is not complete or one of several shards; null where none are.</summary>
    /// <param name="results">The results.</param>
    public static string? Unfinished(ResultSet results) => results.Manifest switch
    {
        null => null,
        { State: not ResultState.Complete } => "The run is not complete: this is about the samples that it scored so far. Finish it with --resume.",
        { } manifest when manifest.Provenance.TryGetProperty(ResultRun.ShardField, out var shard) =>
            $"This is about shard {shard.GetString()} only; merge puts the shards together.",
        _ => null,
    };

    private static ReportData OfRows(ResultSet results)
    {
        var name = ReportOptions.NameOf(results.Path);
        return results.Checkpoints.Count == 0
            ? ScoreReport.Of($"score: {name}", name, [.. results.Rows.Select(row => row.Score)], results.Provenance, results.Weights(), results.BadFiles.Count)
            : ComparisonReport.Of($"compare: {name}", results.Compare(), [.. results.Rows.Select(row => row.Shown)], results.Provenance, results.BadFiles.Count);
    }
}
