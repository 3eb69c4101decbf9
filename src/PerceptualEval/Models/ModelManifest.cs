using System.Text.Json;
using System.Text.Json.Serialization;

namespace PerceptualEval.Models;

/// <summary>What <c>manifest.json</c> says of a model: what it is, its graph files, its latent space, where it comes from.</summary>
public sealed record ModelManifest
{
    /// <summary>The manifest's file name in a model folder.</summary>
    public const string FileName = "manifest.json";

    /// <summary>The version of the manifest format that this library reads and writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>The version of the manifest format.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The model's name: the name of its folder.</summary>
    public required string Name { get; init; }

    /// <summary>What the graphs compute.</summary>
    public required ModelKind Kind { get; init; }

    /// <summary>The network, for people: <c>TAESD decoder</c>, <c>LPIPS vgg v0.1</c>.</summary>
    public required string Architecture { get; init; }

    /// <summary>The graph files by role: <c>decoder</c>; <c>encoder</c>; <c>features</c>, <c>distance</c> and <c>map</c>; <c>pairwise</c>.</summary>
    public required IReadOnlyDictionary<string, HashedFile> Graphs { get; init; }

    /// <summary>The latents that a decoder takes or an encoder returns; null for other kinds.</summary>
    public LatentSpace? Latent { get; init; }

    /// <summary>For a video decoder: the batches of frames that its graph takes; null for graphs that take images.</summary>
    public FrameBatching? FrameBatching { get; init; }

    /// <summary>The values of a black and of a white pixel where the graph meets an image.</summary>
    public IReadOnlyList<double> ImageRange { get; init; } = [-1, 1];

    /// <summary>The smallest image side, in pixels, that the graph takes; 1 where any will do.</summary>
    public int MinimumImageSize { get; init; } = 1;

    /// <summary>For LPIPS: the channels of each feature layer f0…fL; null for other kinds.</summary>
    public IReadOnlyList<int>? FeatureChannels { get; init; }

    /// <summary>The checkpoint files that the graphs were built from.</summary>
    public IReadOnlyList<HashedFile> BuiltFrom { get; init; } = [];

    /// <summary>The licence of the weights, where known (an SPDX name).</summary>
    public string? Licence { get; init; }

    /// <summary>Where the network and the weights come from.</summary>
    public string? Source { get; init; }

    /// <summary>What the model gave when it was built; null for models that were built without a runtime.</summary>
    public RecordedOutput? Check { get; init; }

    /// <summary>Reads a manifest.</summary>
    /// <param name="path">The manifest file.</param>
    /// <exception cref="ModelException">The file can't be read, is not a manifest, or is of a newer format.</exception>
    public static ModelManifest Load(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            var manifest = JsonSerializer.Deserialize(stream, ManifestJson.Default.ModelManifest)
                ?? throw new ModelException($"'{path}': holds null, not a manifest.");
            return manifest.Format == CurrentFormat
                ? manifest
                : throw new ModelException($"'{path}': manifest format {manifest.Format}; this version reads format {CurrentFormat}. Update perceptual-eval or rebuild the model.");
        }
        catch (JsonException exception)
        {
            throw new ModelException($"'{path}': is not a model manifest ({exception.Message.TrimEnd('.')}). Rebuild the model.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"'{path}': can't be read ({exception.Message.TrimEnd('.')}).", exception);
        }
    }

    /// <summary>Writes the manifest as indented JSON.</summary>
    /// <param name="path">The file to write; replaced where it exists.</param>
    /// <exception cref="IOException">The file can't be written.</exception>
    public void Save(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, ManifestJson.Default.ModelManifest) + "\n");
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    WriteIndented = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
