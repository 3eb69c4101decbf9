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
        JsonValueKind.Object when IsModel(value, out var name, out var sha256) => $"{name} (sha256 {sha256[..Math.Min(HashDigitsShown, sha256.Length)]})",
        JsonValueKind.Object => string.Join(", ", value.EnumerateObject().Select(property => $"{property.Name.Replace('_', ' ')} {Text(property.Value)}")),
        _ => value.GetRawText(),
    };

    private static bool IsModel(JsonElement value, out string name, out string sha256)
    {
        (name, sha256) = (string.Empty, string.Empty);
        if (!value.TryGetProperty("name", out var named) || !value.TryGetProperty("sha256", out var hash)
            || named.ValueKind != JsonValueKind.String || hash.ValueKind != JsonValueKind.String)
        {
            return false;
        }

        (name, sha256) = (named.GetString()!, hash.GetString()!);
        return true;
    }
}
