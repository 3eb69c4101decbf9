using System.Globalization;
using System.Text.Json;
using PerceptualEval.Cli.Datasets.Files;

namespace PerceptualEval.Cli.Datasets.Pairs;

/// <summary>
/// Reads <c>--pairs</c>: a CSV file with a header, or a JSONL file with one object a line; columns id, pred, target and, optionally,
/// image. Paths are relative to the file's folder.
/// </summary>
internal sealed class PairsFile
{
    private static readonly string[] Required = ["id", "target", "pred"];

    private static readonly JsonDocumentOptions OneOfEachProperty = new() { AllowDuplicateProperties = false };

    private readonly string _path;
    private readonly string[] _lines;

    private PairsFile(string path)
    {
        _path = path;
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
    /// <returns>The columns that name files, as inputs, and the groups in the order of the lines.</returns>
    /// <exception cref="DatasetException">The file can't be read, or a line is wrong; the message has its number.</exception>
    public static (IReadOnlyList<DatasetInput> Inputs, IReadOnlyList<FileGroup> Groups) Read(string path, LeftOut leftOut)
    {
        var file = new PairsFile(path);
        var rows = Path.GetExtension(path).ToUpperInvariant() switch
        {
            ".CSV" => file.ReadCsv(),
            ".JSONL" or ".NDJSON" => file.ReadJsonLines(),
            _ => throw new DatasetException($"--pairs '{path}': expected a .csv or .jsonl file."),
        };
        return file.Resolve(rows, leftOut);
    }

    private (List<DatasetInput> Inputs, List<FileGroup> Groups) Resolve(IEnumerable<(int Line, Dictionary<string, string> Fields)> rows, LeftOut leftOut)
    {
        List<DatasetInput> inputs =
        [
            new("column target of", _path, SourceKind.Latent),
            new("column pred of", _path, SourceKind.Latent),
        ];
        string[] columns = ["target", "pred"];
        var folder = Path.GetDirectoryName(Path.GetFullPath(_path))!;
        var lineOfId = new Dictionary<string, int>(StringComparer.Ordinal);
        var groups = new List<FileGroup>();
        foreach (var (line, fields) in rows)
        {
            CheckFields(line, fields);
            var hasImage = fields.ContainsKey("image");
            if (lineOfId.Count == 0 && hasImage)
            {
                inputs.Add(new DatasetInput("column image of", _path, SourceKind.Image));
                columns = [.. columns, "image"];
            }
            else if (hasImage != columns.Length > 2)
            {
                throw Error(line, $"{(hasImage ? "an" : "no")} image, unlike the lines before. Give every line an image, or none.");
            }

            if (!lineOfId.TryAdd(fields["id"], line))
            {
                throw Error(line, $"id '{fields["id"]}' is also that of line {lineOfId[fields["id"]]}; ids must be unique. Rename one.");
            }

            var paths = Array.ConvertAll(columns, column => Path.Combine(folder, fields[column]));
            if (Array.FindIndex(paths, file => !File.Exists(file)) is var missing and >= 0)
            {
                leftOut.Add($"in --pairs '{_path}' naming a file that does not exist", $"line {line} ({columns[missing]} '{fields[columns[missing]]}')");
                continue;
            }

            groups.Add(new FileGroup(fields["id"], Array.ConvertAll<string, DatasetFile>(paths, file => new FileOnDisk(fields["id"], file))));
        }

        if (lineOfId.Count == 0)
        {
            throw new DatasetException($"--pairs '{_path}' has no rows; expected one for each pair.");
        }

        return groups.Count > 0 ? (inputs, groups) : throw new DatasetException($"nothing pairs: {leftOut}. Paths are relative to the file's folder.");
    }

    private void CheckFields(int line, Dictionary<string, string> fields)
    {
        CheckColumns(line, fields.Keys);
        foreach (var (column, value) in fields)
        {
            if (value.Length == 0)
            {
                throw Error(line, $"column {column} is empty; expected {(column == "id" ? "a unique name" : "a file")}.");
            }
        }
    }

    private void CheckColumns(int line, IReadOnlyCollection<string> columns)
    {
        const string Expected = "expected id, pred, target and, optionally, image";
        if (columns.FirstOrDefault(column => column != "image" && !Required.Contains(column)) is { } unknown)
        {
            throw Error(line, $"unknown column '{unknown}'; {Expected}.");
        }

        if (Required.FirstOrDefault(column => !columns.Contains(column)) is { } missing)
        {
            throw Error(line, $"no column '{missing}'; {Expected}.");
        }
    }

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
