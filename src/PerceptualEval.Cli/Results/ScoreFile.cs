namespace PerceptualEval.Cli.Results;

/// <summary>The files of <c>score --out</c>.</summary>
internal static class ScoreFile
{
    /// <summary>Opens a result file of the kind that its extension names, and proves that it can be written.</summary>
    /// <param name="path">A <c>.json</c>, <c>.jsonl</c>, <c>.csv</c> or <c>.parquet</c> file; an existing one is replaced.</param>
    /// <param name="provenance">What the scores depend on.</param>
    /// <returns>
    /// The writer, owned by the caller. <c>.jsonl</c> and <c>.csv</c> hold every sample as soon as it was written; <c>.json</c> and
    /// <c>.parquet</c> appear with <see cref="ScoreWriter.Complete"/>.
    /// </returns>
    /// <exception cref="OutputException">The extension is another, or the file can't be written.</exception>
    public static ScoreWriter Create(string path, ScoreProvenance provenance)
    {
        var extension = Path.GetExtension(path);
        return extension.ToLowerInvariant() switch
        {
            ".json" => new JsonScoreWriter(new ReplacedFile(path), provenance),
            ".jsonl" => new JsonLinesScoreWriter(new StreamedFile(path)),
            ".csv" => new CsvScoreWriter(new StreamedFile(path)),
            ".parquet" => new ParquetScoreWriter(new ReplacedFile(path), provenance),
            _ => throw new OutputException(path, $"its extension '{extension}' names no format; use .json, .jsonl, .csv or .parquet, or end it with / for a folder of results."),
        };
    }
}
