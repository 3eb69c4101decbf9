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
        var name = ReportOptions.NameOf(results.Path);
        return results.Checkpoints.Count == 0
            ? ScoreReport.Of($"score: {name}", name, [.. results.Rows.Select(row => row.Score)], results.Provenance, results.Weights(), results.BadFiles.Count)
            : ComparisonReport.Of($"compare: {name}", results.Compare(), [.. results.Rows.Select(row => row.Shown)], results.Provenance, results.BadFiles.Count);
    }
}
