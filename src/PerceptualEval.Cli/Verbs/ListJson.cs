using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Verbs;

/// <summary>The one object that <c>doctor</c> and <c>models</c> print with <c>--json</c>: a list, and facts before it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(NonFiniteAsNull)])]
[JsonSerializable(typeof(DoctorFinding))]
[JsonSerializable(typeof(InstalledModel))]
[JsonSerializable(typeof(ModelVerification))]
internal sealed partial class ListJson : JsonSerializerContext
{
    /// <summary>Prints it on standard output.</summary>
    /// <param name="name">The list's name.</param>
    /// <param name="entries">What is in it.</param>
    /// <param name="type">How an entry is written.</param>
    /// <param name="facts">Names and values.</param>
    /// <exception cref="OutputException">It can't be written.</exception>
    public static void Print<T>(string name, IEnumerable<T> entries, JsonTypeInfo<T> type, params IEnumerable<(string Name, string Value)> facts)
    {
        using var output = new StandardOutput(Console.OpenStandardOutput());
        output.Write(ResultJson.Document(writer =>
        {
            foreach (var fact in facts)
            {
                writer.WriteString(fact.Name, fact.Value);
            }

            writer.WriteStartArray(name);
            foreach (var entry in entries)
            {
                JsonSerializer.Serialize(writer, entry, type);
            }

            writer.WriteEndArray();
        }));
        output.Commit();
    }
}
