using System.Text.Json;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>The names of a JSON value's properties in their order, to compare with a contract: <c>id, terms {a, b}, rows [{c}]</c>.</summary>
internal static class JsonShape
{
    /// <summary>The shape; an array is told by its first element.</summary>
    public static string Of(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => $"{{{string.Join(", ", value.EnumerateObject().Select(property => property.Name + Inner(property.Value)))}}}",
        JsonValueKind.Array => $"[{value.EnumerateArray().Select(Of).FirstOrDefault() ?? ""}]",
        _ => "",
    };

    private static string Inner(JsonElement value) => value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? $" {Of(value)}" : "";
}
