using System.Text.Json;
using System.Text.Json.Serialization;

namespace PerceptualEval.Cli.Results;

/// <summary>JSON has no NaN and no infinity: they become null. Other numbers get the shortest text that reads back the same.</summary>
internal sealed class NonFiniteAsNull : JsonConverter<double>
{
    /// <inheritdoc/>
    public override double Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDouble();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, double value, JsonSerializerOptions options)
    {
        if (double.IsFinite(value))
        {
            writer.WriteNumberValue(value);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
