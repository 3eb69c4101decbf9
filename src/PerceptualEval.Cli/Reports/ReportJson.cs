using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using PerceptualEval.Statistics;

namespace PerceptualEval.Cli.Reports;

/// <summary>Writes the data of a report as the page's script reads it: column by column, numbers to five digits.</summary>
internal static class ReportJson
{
    // More can't be seen in a chart, and the table shows four.
    private const string SampleDigits = "G5";

    // Of one kind; what is the same a thousand times need not be read a thousand times.
    private const int MostCases = 50;

    // Escapes '<', '>', '&' and quotes, so that no file name ends the script element that it stands in.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>Writes the data.</summary>
    /// <returns>UTF-8 JSON without <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c>.</returns>
    public static ReadOnlyMemory<byte> Write(ReportData data)
    {
        var buffer = new ArrayBufferWriter<byte>();
        var ids = Ids(data);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            WriteTerms(json, data.Terms);
            WriteStrings(json, "ids", ids.Keys);
            WriteCheckpoints(json, data, ids);
            WriteDifferences(json, data.Differences);
            WriteFindings(json, data.Findings, ids);
            GalleryJson.Write(json, data.Gallery, ids);
            WriteFacts(json, data.Facts);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    // Every sample that a checkpoint has, in the order of the first checkpoint that has it.
    private static Dictionary<string, int> Ids(ReportData data)
    {
        var ids = new Dictionary<string, int>(StringComparer.Ordinal);
        var scored = data.Checkpoints.SelectMany(checkpoint => checkpoint.Rows).Select(row => row.Id);
        var shown = data.Gallery.Groups.SelectMany(group => group.Ids);
        var found = (data.Findings ?? []).SelectMany(finding => finding.Cases.Take(MostCases)).SelectMany(one => one.Samples);
        foreach (var id in scored.Concat(shown).Concat(found))
        {
            ids.TryAdd(id, ids.Count);
        }

        return ids;
    }

    private static void WriteTerms(Utf8JsonWriter json, IReadOnlyList<ReportTerm> terms)
    {
        json.WriteStartArray("terms");
        foreach (var term in terms)
        {
            json.WriteStartObject();
            json.WriteString("key", term.Key);
            json.WriteString("label", term.Label);
            json.WriteString("meaning", term.Meaning);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCheckpoints(Utf8JsonWriter json, ReportData data, Dictionary<string, int> ids)
    {
        json.WriteStartArray("checkpoints");
        foreach (var checkpoint in data.Checkpoints)
        {
            var rows = new ReportRow?[ids.Count];
            foreach (var row in checkpoint.Rows)
            {
                rows[ids[row.Id]] = row;
            }

            json.WriteStartObject();
            json.WriteString("name", checkpoint.Name);
            json.WriteStartArray("values");
            for (var term = 0; term < data.Terms.Count; term++)
            {
                WriteNumbers(json, rows.Select(row => row?.Values[term]));
            }

            json.WriteEndArray();
            json.WriteStartArray("summaries");
            for (var term = 0; term < data.Terms.Count; term++)
            {
                WriteSummary(json, checkpoint.Summaries?[term] ?? TermSummary.Of([.. checkpoint.Rows.Where(row => row.NonFinite is null).Select(row => row.Values[term]).OfType<double>()]));
            }

            json.WriteEndArray();
            json.WriteStartObject("nonFinite");
            foreach (var row in checkpoint.Rows.Where(row => row.NonFinite is not null))
            {
                json.WriteString(ids[row.Id].ToString(CultureInfo.InvariantCulture), row.NonFinite);
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteSummary(Utf8JsonWriter json, TermSummary summary)
    {
        json.WriteStartObject();
        WriteNumber(json, "mean", summary.Mean);
        WriteNumber(json, "low", summary.Ci95?.Low);
        WriteNumber(json, "high", summary.Ci95?.High);
        WriteNumber(json, "min", summary.Min);
        WriteNumber(json, "p50", summary.P50);
        WriteNumber(json, "p95", summary.P95);
        WriteNumber(json, "max", summary.Max);
        json.WriteEndObject();
    }

    private static void WriteDifferences(Utf8JsonWriter json, IReadOnlyList<ReportDifference> differences)
    {
        json.WriteStartArray("differences");
        foreach (var difference in differences)
        {
            json.WriteStartObject();
            json.WriteString("checkpoint", difference.Checkpoint);
            json.WriteString("term", difference.Term);
            WriteNumber(json, "mean", difference.Mean);
            WriteNumber(json, "low", difference.Low);
            WriteNumber(json, "high", difference.High);
            WriteNumber(json, "winRate", difference.WinRate);
            WriteNumber(json, "p", difference.P);
            json.WriteString("verdict", difference.Verdict);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFindings(Utf8JsonWriter json, IReadOnlyList<ReportFinding>? findings, Dictionary<string, int> ids)
    {
        if (findings is null)
        {
            json.WriteNull("findings");
            return;
        }

        json.WriteStartArray("findings");
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("severity", Name(finding.Severity));
            json.WriteString("title", finding.Title);
            json.WriteString("advice", finding.Advice);
            json.WriteNumber("count", finding.Cases.Count);
            WriteCases(json, finding.Cases.Take(MostCases), ids);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteCases(Utf8JsonWriter json, IEnumerable<FindingCase> cases, Dictionary<string, int> ids)
    {
        json.WriteStartArray("cases");
        foreach (var one in cases)
        {
            json.WriteStartObject();
            json.WriteString("evidence", one.Evidence);
            WriteIndices(json, "samples", one.Samples, ids);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFacts(Utf8JsonWriter json, IReadOnlyList<(string Name, string Value)> facts)
    {
        json.WriteStartArray("facts");
        foreach (var (name, value) in facts)
        {
            json.WriteStartArray();
            json.WriteStringValue(name);
            json.WriteStringValue(value);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    /// <summary>Writes an array of texts.</summary>
    public static void WriteStrings(Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    /// <summary>Writes samples as their indices.</summary>
    public static void WriteIndices(Utf8JsonWriter json, string name, IReadOnlyList<string> samples, Dictionary<string, int> ids)
    {
        json.WriteStartArray(name);
        foreach (var id in samples)
        {
            json.WriteNumberValue(ids[id]);
        }

        json.WriteEndArray();
    }

    private static void WriteNumbers(Utf8JsonWriter json, IEnumerable<double?> values)
    {
        json.WriteStartArray();
        foreach (var value in values)
        {
            if (value is { } number && double.IsFinite(number))
            {
                json.WriteRawValue(number.ToString(SampleDigits, CultureInfo.InvariantCulture), skipInputValidation: true);
            }
            else
            {
                json.WriteNullValue();
            }
        }

        json.WriteEndArray();
    }

    /// <summary>Writes a number; null where it is none or not finite.</summary>
    public static void WriteNumber(Utf8JsonWriter json, string name, double? value)
    {
        if (value is { } number && double.IsFinite(number))
        {
            json.WriteNumber(name, number);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    /// <summary>An enumeration's value as the script knows it.</summary>
    public static string Name<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());
}
