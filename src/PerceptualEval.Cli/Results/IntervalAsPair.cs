using System.Text.Json;
using System.Text.Json.Serialization;
using PerceptualEval.Statistics;

namespace PerceptualEval.Cli.Results;

/// <summary>A confidence interval is written as <c>[low, high]</c>.</summary>
internal sealed class IntervalAsPair : JsonConverter<ConfidenceInterval>
{
    /// <inheritdoc/>
    public override ConfidenceInterval Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize(ref reader, ResultJson.Default.DoubleArray) is [var low, var high]
            ? new ConfidenceInterval(low, high)
            : throw new JsonException("a confidence interval is [low, high].");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, ConfidenceInterval value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, [value.Low, value.High], ResultJson.Default.DoubleArray);
}
