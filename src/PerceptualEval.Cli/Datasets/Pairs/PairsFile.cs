using System.Globalization;
using System.Text.Json;
using PerceptualEval.Cli.Datasets.Files;

namespace PerceptualEval.Cli.Datasets.Pairs;

/// <summary>
/// Reads <c>--pairs</c>: a CSV file with a header, or a JSONL file with one object a line; columns id, target, pred and, optionally,
/// image. Of several checkpoints, every other column is one, in the place of pred. Paths are relative to the file's folder.
/// </summary>
internal sealed class PairsFile
{
    /// <summary>The column of images.</summary>
    public const string Image = "image";

    private const string Id = "id";
    private const string Target = "target";
    private const string Pred = "pred";

    private static readonly JsonDocumentOptions OneOfEachProperty = new() { AllowDuplicateProperties = false };

    private readonly string _path;
    private readonly bool _ofCheckpoints;
    private readonly string[] _lines;

    private PairsFile(string path, bool ofCheckpoints)
    {
        (_path, _ofCheckpoints) = (path, ofCheckpoints);
        try
        {
            _lines = File.ReadAllLines(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DatasetException($"--pairs '{path}' can't be read: {exception.Message}", exception);
        }
    }

    /// <summary>Reads the file and looks whether the files it names exist.</summary>
    /// <param name="path">The file; its extension tells CSV from JSONL.</param>
    /// <param name="leftOut">Receives the lines that name missing files.</param>
    /// <param name="ofCheckpoints">Whether every column that is none of id, target and image is a checkpoint.</param>
    /// <returns>The columns that name files: target, predictions and perhaps image; and the groups in the order of the lines.</returns>
    /// <exception cref="DatasetException">The file can't be read, or a line is wrong; the message has its number.</exception>
    public static (IReadOnlyList<string> Columns, IReadOnlyList<FileGroup> Groups) Read(string path, LeftOut leftOut, bool ofCheckpoints = false)
    {
        var file = new PairsFile(path, ofCheckpoints);
        var rows = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".CSV" => file.ReadCsv(),
            ".JSONL" or ".NDJSON" => file.ReadJsonLines(),
            _ => throw new DatasetException($"--pairs '{path}': expected a .csv or .jsonl file."),
        };
        return file.Resolve(rows, leftOut);
    }

    private (IReadOnlyList<string> Columns, IReadOnlyList<FileGroup> Groups) Resolve(IEnumerable<(int Line, Dictionary<string, string> Fields)> rows, LeftOut leftOut)
    {
        string[]? columns = null;
        var folder = Path.GetDirectoryName(Path.GetFullPath(_path))!;
        var lineOfId = new Dictionary<string, int>(StringComparer.Ordinal);
        var groups = new List<FileGroup>();
        foreach (var (line, fields) in rows)
        {
            CheckFields(line, fields);
            columns ??= ColumnsOf(fields.Keys);
            RequireColumns(line, fields, columns);
            if (!lineOfId.TryAdd(fields[Id], line))
            {
                throw Error(line, $"id '{fields[Id]}' is also that of line {lineOfId[fields[Id]]}; ids must be unique. Rename one.");
            }

            var paths = Array.ConvertAll(columns, column => Path.Combine(folder, fields[column]));
            if (Array.FindIndex(paths, file => !File.Exists(file)) is var missing and >= 0)
            {
                leftOut.Add($"in --pairs '{_path}' naming a file that does not exist", $"line {line} ({columns[missing]} '{fields[columns[missing]]}')");
                continue;
            }

            groups.Add(new FileGroup(fields[Id], Array.ConvertAll<string, DatasetFile>(paths, file => new FileOnDisk(fields[Id], file))));
        }

        if (columns is null)
        {
            throw new DatasetException($"--pairs '{_path}' has no rows; expected one for each pair.");
        }

        return groups.Count > 0 ? (columns, groups) : throw new DatasetException($"nothing pairs: {leftOut}. Paths are relative to the file's folder.");
    }

    private string[] ColumnsOf(IReadOnlyCollection<string> columns) =>
    [
        Target,
        .. _ofCheckpoints ? columns.Where(IsCheckpoint) : [Pred],
        .. columns.Where(column => column == Image),
    ];

    // The lines of a JSONL file may differ.
    private void RequireColumns(int line, Dictionary<string, string> fields, string[] columns)
    {
        if (columns.FirstOrDefault(column => !fields.ContainsKey(column)) is { } missing)
        {
            throw Error(line, $"has no {missing}, unlike the lines before. Give it in every line, or in none.");
        }

        if (fields.Keys.FirstOrDefault(column => column != Id && !columns.Contains(column)) is { } more)
        {
            throw Error(line, $"has {more}, unlike the lines before. Give it in every line, or in none.");
        }
    }

    private void CheckFields(int line, Dictionary<string, string> fields)
    {
        CheckColumns(line, fields.Keys);
        foreach (var (column, value) in fields)
        {
            if (value.Length == 0)
            {
                throw Error(line, $"column {column} is empty; expected {(column == Id ? "a unique name" : "a file")}.");
            }
        }
    }

    private void CheckColumns(int line, IReadOnlyCollection<string> columns)
    {
        var expected = _ofCheckpoints ? "expected id, target, one for each checkpoint and, optionally, image" : "expected id, pred, target and, optionally, image";
        if (!_ofCheckpoints && columns.FirstOrDefault(column => column is not (Id or Target or Pred or Image)) is { } unknown)
        {
            throw Error(line, $"unknown column '{unknown}'; {expected}.");
        }

        string[] required = _ofCheckpoints ? [Id, Target] : [Id, Target, Pred];
        if (Array.Find(required, column => !columns.Contains(column)) is { } missing)
        {
            throw Error(line, $"no column '{missing}'; {expected}.");
        }

        if (_ofCheckpoints && !columns.Any(IsCheckpoint))
        {
            throw Error(line, $"no column of a checkpoint; {expected}.");
        }
    }

    private static bool IsCheckpoint(string column) => column is not (Id or Target or Image);

    private IEnumerable<(int Line, Dictionary<string, string> Fields)> ReadCsv()
    {
        string[]? header = null;
        foreach (var (line, text) in NonBlankLines())
        {
            var fields = CsvLine.Split(text) ?? throw Error(line, "a quote is not closed; a field can't go beyond its line.");
            if (header is null)
            {
                header = [.. fields.Select(field => field.Trim())];
                CheckColumns(line, header);
                if (header.Distinct().Count() < header.Length)
                {
                    throw Error(line, "a column comes twice.");
                }
            }
            else if (fields.Count != header.Length)
            {
                throw Error(line, $"{fields.Count} fields; the header has {header.Length}. Quote fields that hold a comma.");
            }
            else
            {
                yield return (line, header.Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second, StringComparer.Ordinal));
            }
        }
    }

    private IEnumerable<(int Line, Dictionary<string, string> Fields)> ReadJsonLines()
    {
        foreach (var (line, text) in NonBlankLines())
        {
            yield return (line, ParseObject(line, text));
        }
    }

    private Dictionary<string, string> ParseObject(int line, string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text, OneOfEachProperty);
            return document.RootElement.EnumerateObject().ToDictionary(property => property.Name, property => TextOf(property.Value), StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new DatasetException(Error(line, "expected one JSON object of strings, {\"id\": …, \"pred\": …, \"target\": …}, each name once.").Message, exception);
        }
    }

    private static string TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number => value.GetRawText(), // an id that is a number
        var kind => throw new JsonException($"a value is {kind}, not a string"),
    };

    private IEnumerable<(int Line, string Text)> NonBlankLines() =>
        _lines.Select((text, i) => (Line: i + 1, Text: text)).Where(line => !string.IsNullOrWhiteSpace(line.Text));

    private DatasetException Error(int line, string problem) => new(string.Create(CultureInfo.InvariantCulture, $"--pairs '{_path}', line {line}: {problem}"));
}
