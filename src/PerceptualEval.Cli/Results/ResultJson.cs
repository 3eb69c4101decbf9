using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PerceptualEval.Comparisons;

namespace PerceptualEval.Cli.Results;

/// <summary>How results are written as JSON: the names of the design's contract, in snake_case.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    Converters = [typeof(NonFiniteAsNull), typeof(IntervalAsPair), typeof(VerdictAsText)])]
[JsonSerializable(typeof(ScoreProvenance))]
[JsonSerializable(typeof(DistanceProvenance))]
[JsonSerializable(typeof(ScoreRow))]
[JsonSerializable(typeof(DistancePair))]
[JsonSerializable(typeof(ScoreSummary))]
[JsonSerializable(typeof(IReadOnlyList<CheckpointResult>))]
[JsonSerializable(typeof(IReadOnlyList<CheckpointComparison>))]
[JsonSerializable(typeof(IReadOnlyList<RankAgreement>))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(double[]))]
[JsonSerializable(typeof(LossWeights))]
[JsonSerializable(typeof(IReadOnlyList<FrameLoss>))]
// The values of further provenance fields; JsonElement where they were read back.
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(double))]
internal sealed partial class ResultJson : JsonSerializerContext
{
    // Nothing here goes into HTML: ids keep their umlauts, apostrophes and plus signs, and can be searched for.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Writes a value on one line, without a line end.</summary>
    /// <returns>UTF-8.</returns>
    public static byte[] Bytes<T>(T value, JsonTypeInfo<T> type)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Readable))
        {
            JsonSerializer.Serialize(writer, value, type);
        }

        return bytes.ToArray();
    }

    /// <summary>Writes an indented object of which few are written, beginning with <c>"schema": 1</c>, with a line end.</summary>
    /// <param name="writeProperties">Writes its other properties.</param>
    /// <returns>UTF-8.</returns>
    public static byte[] Document(Action<Utf8JsonWriter> writeProperties)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Readable with { Indented = true }))
        {
            writer.WriteStartObject();
            writer.WriteNumber("schema", 1);
            writeProperties(writer);
            writer.WriteEndObject();
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }
}
