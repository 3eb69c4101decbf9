using System.Text.Json;
using System.Text.Json.Serialization;

namespace PerceptualEval.Cli.Auditing.Writing;

/// <summary>Writes the names of an enumeration in kebab-case: <c>zero-block</c>.</summary>
internal sealed class KebabCaseNames<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.KebabCaseLower)
    where T : struct, Enum
{
    /// <summary>A name as it is written.</summary>
    public static string Of(T value) => JsonNamingPolicy.KebabCaseLower.ConvertName(value.ToString());
}
