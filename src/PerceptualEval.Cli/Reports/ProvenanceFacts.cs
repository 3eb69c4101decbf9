using System.Text.Json;

namespace PerceptualEval.Cli.Reports;

/// <summary>Turns the provenance of JSON results into names and values for people.</summary>
internal static class ProvenanceFacts
{
    private const int HashDigitsShown = 12;

    /// <summary>One fact for each property; nested ones in one line.</summary>
    /// <param name="provenance">An object; another value has no facts.</param>
    public static IReadOnlyList<(string Name, string Value)> Of(JsonElement? provenance) => provenance is { ValueKind: JsonValueKind.Object } known
        ? [.. known.EnumerateObject().Where(property => property.Value.ValueKind != JsonValueKind.Null).Select(property => (property.Name.Replace('_', ' '), Text(property.Value)))]
        : [];

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "yes",
        JsonValueKind.False => "no",
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Text)),
        JsonValueKind.Object when Model(value) is { } model => model,
        JsonValueKind.Object => string.Join(", ", value.EnumerateObject().Select(property => $"{property.Name.Replace('_', ' ')} {Text(property.Value)}")),
        _ => value.GetRawText(),
    };

    // In the words of the command line's table; null where the object is no model.
    private static string? Model(JsonElement value)
    {
        if (Property(value, "name") is not { } name || Property(value, "sha256") is not { } sha256)
        {
            return null;
        }

        var approximates = Property(value, "approximates") is { } real ? $", approximates {real}" : string.Empty;
        return $"{name} (sha256 {sha256[..Math.Min(HashDigitsShown, sha256.Length)]}{approximates})";
    }

    private static string? Property(JsonElement value, string name) =>
        value.TryGetProperty(name, out var property) && property.ValueKind == JsonValueKind.String ? property.GetString() : null;
}
