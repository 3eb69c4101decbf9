using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Unicode;
using PerceptualEval.Cli.Auditing;
using PerceptualEval.Cli.Auditing.Writing;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Reports;

/// <summary>How the data of a page is written: names as JavaScript has them.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(NonFiniteAsNull), typeof(IntervalAsPair), typeof(KebabCaseNames<FindingSeverity>), typeof(KebabCaseNames<PictureKind>)])]
[JsonSerializable(typeof(PageData))]
internal sealed partial class PageJson : JsonSerializerContext
{
    // Escapes '<', '>', '&' and quotes, so that no file name ends the script element that it stands in.
    private static readonly JsonWriterOptions ForHtml = new() { Encoder = JavaScriptEncoder.Create(UnicodeRanges.All) };

    /// <summary>Writes the data of a page.</summary>
    /// <returns>UTF-8 JSON without <c>&lt;</c>, <c>&gt;</c> and <c>&amp;</c>.</returns>
    public static ReadOnlyMemory<byte> Write(PageData data)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, ForHtml))
        {
            JsonSerializer.Serialize(json, data, Default.PageData);
        }

        return buffer.WrittenMemory;
    }
}
