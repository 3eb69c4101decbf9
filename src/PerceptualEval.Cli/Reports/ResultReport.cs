using System.Globalization;
using System.Text.Json;
using PerceptualEval.Cli.Results.Folders;
using PerceptualEval.Cli.Verbs;
using PerceptualEval.Comparisons;

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
            : ComparisonReport.Of($"compare: {name}", Compare(results), [.. results.Rows.Select(row => row.Score with { Checkpoint = row.Checkpoint })], results.Provenance, results.BadFiles.Count);
    }

    // The same numbers as the run's: they follow from the rows and the seed.
    private static ComparisonSummary Compare(ResultSet results)
    {
        var names = results.Checkpoints;
        var weights = results.Weights();
        var accumulator = new ComparisonAccumulator(names, BaselineOf(results));
        foreach (var sample in results.Rows.GroupBy(row => row.Id))
        {
            var rows = sample.ToDictionary(row => row.Checkpoint!, row => row.Score);
            if (names.All(rows.ContainsKey))
            {
                accumulator.Update(sample.Key, [.. names.Select(name => rows[name].ToLoss(
                    rows[name].PerceptualLoss is not null || weights?.Perceptual > 0, rows[name].PerceptualLossOnInputs is not null || weights?.Input > 0))]);
            }
        }

        return accumulator.Compute(SeedOf(results));
    }

    private static string? BaselineOf(ResultSet results) =>
        results.Summary is { ValueKind: JsonValueKind.Object } summary && summary.TryGetProperty("baseline", out var baseline) && baseline.ValueKind == JsonValueKind.String
        && results.Checkpoints.Contains(baseline.GetString()!) ? baseline.GetString() : null;

    private static long SeedOf(ResultSet results) => results.Manifest?.Run.TryGetValue("seed", out var text) == true
        && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seed) ? seed : 0;
}
