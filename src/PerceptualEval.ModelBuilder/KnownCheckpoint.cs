using System.Text.Json;

namespace PerceptualEval.ModelBuilder;

/// <summary>
/// Published weight files that are recognised by their content, whatever they are called: their origin and licence go into the
/// manifest. They are those of the catalogue (<c>models/catalogue.json</c>) whose hash is publicly stated.
/// </summary>
internal sealed record KnownCheckpoint(string Origin, string Licence)
{
    private static readonly Lazy<Dictionary<string, KnownCheckpoint>> BySha256 = new(ReadCatalogue);

    /// <summary>The published file with this content, or null.</summary>
    public static KnownCheckpoint? Find(string sha256) => BySha256.Value.GetValueOrDefault(sha256);

    private static Dictionary<string, KnownCheckpoint> ReadCatalogue()
    {
        using var stream = typeof(KnownCheckpoint).Assembly.GetManifestResourceStream("catalogue.json")!;
        using var catalogue = JsonDocument.Parse(stream);
        var known = new Dictionary<string, KnownCheckpoint>();
        foreach (var file in catalogue.RootElement.GetProperty("files").EnumerateObject().Select(file => file.Value))
        {
            if (file.TryGetProperty("sha256", out var sha256))
            {
                known[sha256.GetString()!] = new(file.GetProperty("origin").GetString()!, file.GetProperty("licence").GetString()!);
            }
        }

        return known;
    }
}
