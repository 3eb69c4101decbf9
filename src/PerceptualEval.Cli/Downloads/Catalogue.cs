using System.Text.Json;
using System.Text.Json.Serialization;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Downloads;

/// <summary>Which official files there are, and which models are built from them, by name.</summary>
internal sealed record Catalogue
{
    private const int CurrentSchema = 1;

    /// <summary>The version of the catalogue's format.</summary>
    public required int Schema { get; init; }

    /// <summary>The files, by the path that they get in the downloads folder.</summary>
    public required IReadOnlyDictionary<string, CatalogueFile> Files { get; init; }

    /// <summary>The models, by name.</summary>
    public required IReadOnlyDictionary<string, CatalogueEntry> Models { get; init; }

    /// <summary>The catalogue that comes with the tool.</summary>
    public static string DefaultPath { get; } = Path.Combine(AppContext.BaseDirectory, "models", "catalogue.json");

    /// <summary>Reads a catalogue.</summary>
    /// <exception cref="UsageException">The file can't be read, or is no catalogue.</exception>
    public static Catalogue Load(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var catalogue = JsonSerializer.Deserialize(stream, CatalogueJson.Default.Catalogue)
                ?? throw new UsageException($"'{path}': holds null, not a catalogue.");
            catalogue.Require(path);
            return catalogue;
        }
        catch (JsonException exception)
        {
            throw new UsageException($"'{path}': is not a catalogue ({exception.Message.TrimEnd('.')}).");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"'{path}': can't be read ({exception.Message.TrimEnd('.')}).");
        }
    }

    /// <summary>The model of a name.</summary>
    /// <exception cref="UsageException">There is none; the message lists those there are.</exception>
    public CatalogueEntry Find(string name) => Models.TryGetValue(name, out var entry)
        ? entry
        : throw new UsageException($"'{name}' is not in the catalogue. It has: {string.Join(", ", Models.Keys)}.");

    // A catalogue may be someone's own: what is wrong with it is said before anything is fetched.
    private void Require(string path)
    {
        if (Schema != CurrentSchema)
        {
            throw new UsageException($"'{path}': catalogue schema {Schema}; this version reads schema {CurrentSchema}. Update perceptual-eval.");
        }

        foreach (var (name, entry) in Models)
        {
            var complete = entry.Kind == ModelKind.Lpips
                ? entry is { Net: "squeeze" or "alex" or "vgg", Version: "0.1" or "0.0", Backbone: not null, Heads: not null }
                : entry is { Kind: ModelKind.Decoder or ModelKind.Encoder, Weights: not null };
            if (!complete || entry.Files.Any(file => !Files.TryGetValue(file, out var found) || found.Url is not { IsAbsoluteUri: true }))
            {
                throw new UsageException(
                    $"'{path}': '{name}' needs either weights, or net, version, backbone and heads; each a file of the catalogue with an absolute url.");
            }
        }

        foreach (var file in Files.Keys.Where(file => Path.IsPathRooted(file) || file.Split('/', '\\').Any(part => part is "" or "." or "..")))
        {
            throw new UsageException($"'{path}': file '{file}': expected a relative path without '..'.");
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(Catalogue))]
internal sealed partial class CatalogueJson : JsonSerializerContext;
