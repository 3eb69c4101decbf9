using PerceptualEval.Comparisons;

namespace PerceptualEval.Cli.Results;

/// <summary>Scores and what a run makes of them, as files and as JSON on standard output.</summary>
internal abstract class ScoreFile : ScoreWriter
{
    /// <summary>Opens a result file of the kind that its extension names, and proves that it can be written.</summary>
    /// <param name="path">A <c>.json</c>, <c>.jsonl</c>, <c>.csv</c> or <c>.parquet</c> file; an existing one is replaced.</param>
    /// <param name="provenance">What the scores depend on.</param>
    /// <param name="hasCheckpoints">Whether rows name their checkpoint.</param>
    /// <returns>
    /// The writer, owned by the caller. <c>.jsonl</c> and <c>.csv</c> hold every sample as soon as it was written; <c>.json</c> and
    /// <c>.parquet</c> appear with <see cref="ScoreWriter.Complete"/>.
    /// </returns>
    /// <exception cref="OutputException">The extension is another, or the file can't be written.</exception>
    public static ScoreFile Create(string path, ScoreProvenance provenance, bool hasCheckpoints = false)
    {
        var extension = Path.GetExtension(path);
        return extension.ToLowerInvariant() switch
        {
            ".json" => new JsonScoreWriter(new ReplacedFile(path), provenance),
            ".jsonl" => new JsonLinesScoreWriter(new StreamedFile(path)),
            ".csv" => new CsvScoreWriter(new StreamedFile(path), hasCheckpoints),
            ".parquet" => new ParquetScoreWriter(new ReplacedFile(path), provenance, hasCheckpoints),
            _ => throw new OutputException(path, $"its extension '{extension}' names no format; use .json, .jsonl, .csv or .parquet, or end it with / for a folder of results."),
        };
    }

    /// <inheritdoc/>
    public sealed override void Complete(LossSummary summary, long badFiles = 0) => Complete(
        [new ResultSection("summary", ResultJson.Bytes(ScoreSummary.Of(summary, badFiles), ResultJson.Default.ScoreSummary))]);

    /// <summary>Ends the results of a comparison and makes them final; those of an interrupted run too.</summary>
    /// <param name="summary">The comparison of the samples that were written.</param>
    /// <param name="badFiles">How many samples were passed over because their files are bad.</param>
    /// <exception cref="OutputException">It can't be written.</exception>
    public void Complete(ComparisonSummary summary, long badFiles) => Complete(ComparisonJson.Sections(summary, badFiles));

    /// <summary>Ends the results without a summary and makes them final: it was interrupted.</summary>
    /// <exception cref="OutputException">They can't be written.</exception>
    public void CompleteSamples() => Complete([]);

    /// <summary>Ends the results and makes them final.</summary>
    /// <param name="sections">What the run makes of them; formats of rows only leave it out.</param>
    protected abstract void Complete(IReadOnlyList<ResultSection> sections);
}
