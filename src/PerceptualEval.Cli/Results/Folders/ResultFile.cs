using System.Globalization;
using System.Text;
using System.Text.Json;
using PerceptualEval.Cli.Datasets.Pairs;

namespace PerceptualEval.Cli.Results.Folders;

/// <summary>Reads a file that <c>--out FILE</c>, or standard output of <c>--json</c>, wrote.</summary>
internal static class ResultFile
{
    private const string Advice = "Give results that this tool wrote.";

    /// <summary>Reads a .json, .jsonl, .csv or .parquet file; the extension says which.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="ResultException">There is no such file, or it is no result.</exception>
    public static ResultSet Read(string path)
    {
        try
        {
            var bytes = File.ReadAllBytes(path);
            return Path.GetExtension(path).ToLowerInvariant() switch
            {
                ".json" => OfJson(path, bytes),
                ".jsonl" => OfRows(path, Lines(bytes).Select(line => Row(JsonSerializer.Deserialize(line, ResultJson.Default.ScoreRow)))),
                ".csv" => OfRows(path, CsvRows(path, CsvRecords(Encoding.UTF8.GetString(bytes)))),
                ".parquet" => OfParquet(path, bytes),
                var extension => throw new ResultException(path, $"its extension '{extension}' names no format of results; give a folder, or a .json, .jsonl, .csv or .parquet file."),
            };
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ResultException(path, "there is no such file or folder. Give the results of an earlier run.", exception);
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException or FormatException)
        {
            throw new ResultException(path, $"can't be read ({exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}). {Advice}", exception);
        }
    }

    private static ResultSet OfJson(string path, byte[] bytes)
    {
        var root = JsonElement.Parse(bytes);
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("samples", out var samples) || samples.ValueKind != JsonValueKind.Array)
        {
            throw new ResultException(path, $"holds no 'samples'; expected the object of score --json. {Advice}");
        }

        return OfRows(path, samples.EnumerateArray().Select(sample => Row(sample.Deserialize(ResultJson.Default.ScoreRow)))) with
        {
            Provenance = Property(root, "provenance"),
            Summary = Property(root, "summary"),
            Baseline = Property(root, "baseline")?.GetString(),
            Seed = Property(root, "seed")?.GetInt64() ?? 0,
        };
    }

    private static ResultSet OfParquet(string path, byte[] bytes)
    {
        var table = ResultTable.Read(path, bytes);
        return new ResultSet(
            path,
            [.. table.Rows.Where(row => row.BadFile is null)],
            [.. table.Rows.Where(row => row.BadFile is not null)],
            Metadata(table, ParquetScoreWriter.ProvenanceKey),
            Metadata(table, ParquetScoreWriter.SummaryKey))
        {
            Baseline = Metadata(table, ParquetScoreWriter.BaselineKey)?.GetString(),
            Seed = Metadata(table, ParquetScoreWriter.SeedKey)?.GetInt64() ?? 0,
        };
    }

    private static ResultSet OfRows(string path, IEnumerable<ScoreRow> rows) =>
        new(path, [.. rows.Select((row, index) => new ResultRow(index, row.Checkpoint, row))], [], null, null);

    private static IEnumerable<ScoreRow> CsvRows(string path, IEnumerable<string> records)
    {
        var fields = records.Select(record => CsvLine.Split(record) ?? throw new FormatException($"a quote is not closed in the row that begins with '{record.AsSpan(0, Math.Min(record.Length, 40))}'"));
        var before = 0;
        foreach (var (index, row) in fields.Index())
        {
            before = index == 0 && row[0] == ScoreRow.CheckpointColumn ? 1 : before;
            if (index == 0 ? !row.Skip(before).SequenceEqual(ScoreRow.Columns) : row.Count != before + ScoreRow.Columns.Count)
            {
                throw new ResultException(path, $"row {index + 1} is '{string.Join(',', row)}'; expected {string.Join(',', ScoreRow.Columns)}. {Advice}");
            }

            if (index > 0)
            {
                string[] score = [.. row.Skip(before)];
                yield return new ScoreRow(score[0], Number(score[1]), Number(score[2]), Number(score[3]), Number(score[4]), score[5].Length > 0 ? score[5] : null)
                {
                    Checkpoint = before == 0 ? null : row[0],
                };
            }
        }
    }

    // Lines, but for those that end within quotes: an id may hold line breaks. A quote that is doubled closes and opens again.
    private static IEnumerable<string> CsvRecords(string text)
    {
        var (begin, quoted) = (0, false);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i == text.Length || (text[i] == '\n' && !quoted))
            {
                if (text[begin..i].TrimEnd('\r') is { Length: > 0 } record)
                {
                    yield return record;
                }

                begin = i + 1;
            }
            else if (text[i] == '"')
            {
                quoted = !quoted;
            }
        }
    }

    private static double? Number(string field) => field.Length > 0 ? double.Parse(field, NumberStyles.Float, CultureInfo.InvariantCulture) : null;

    private static ScoreRow Row(ScoreRow? row) => row is { Id: not null } ? row : throw new FormatException("a sample has no id");

    private static string[] Lines(byte[] bytes) =>
        Encoding.UTF8.GetString(bytes).Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0).ToArray();

    private static JsonElement? Property(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value : null;

    private static JsonElement? Metadata(ResultTable table, string key) =>
        table.Metadata.TryGetValue(key, out var json) ? JsonElement.Parse(json) : null;
}
