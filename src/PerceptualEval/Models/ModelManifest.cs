using System.Text.Encodings.Web;
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

    // Apostrophes and plus signs stay what they are: a manifest does not go into HTML.
    private static readonly JsonWriterOptions ForPeople = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    // Defaults are applied twice: the generated JSON reader assigns every init-only property, null or 0 where the file leaves one out.

    /// <summary>The version of the manifest format.</summary>
    public int Format { get; init => field = value == 0 ? CurrentFormat : value; } = CurrentFormat;

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
    public IReadOnlyList<double> ImageRange { get; init => field = value ?? [-1, 1]; } = [-1, 1];

    /// <summary>The smallest image side, in pixels, that the graph takes; 1 where any will do.</summary>
    public int MinimumImageSize { get; init => field = Math.Max(value, 1); } = 1;

    /// <summary>For LPIPS: the channels of each feature layer f0…fL; null for other kinds.</summary>
    public IReadOnlyList<int>? FeatureChannels { get; init; }

    /// <summary>For a pairwise model: the names of its graph's two inputs; null for <c>a</c> and <c>b</c>, and for other kinds.</summary>
    public IReadOnlyList<string>? Inputs { get; init; }

    /// <summary>The checkpoint files that the graphs were built from.</summary>
    public IReadOnlyList<HashedFile> BuiltFrom { get; init => field = value ?? []; } = [];

    /// <summary>The licence of the weights, where known (an SPDX name).</summary>
    public string? Licence { get; init; }

    /// <summary>Where the network and the weights come from.</summary>
    public string? Source { get; init; }

    /// <summary>What the model only stands in for, and how closely; null for the real thing.</summary>
    public Approximation? Approximates { get; init; }

    /// <summary>What the model gave when it was built; null for models that were built without a runtime.</summary>
    public RecordedOutput? Check { get; init; }

    /// <summary>Reads a manifest.</summary>
    /// <param name="path">The manifest file.</param>
    /// <exception cref="ModelException">The file can't be read, is not a manifest, or is of a newer format.</exception>
    public static ModelManifest Load(string path)
    {
        try
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(path));
            // Before anything else: what a newer format holds is not for this version to judge.
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("format", out var format)
                && format.ValueKind == JsonValueKind.Number && !(format.TryGetInt32(out var number) && number == CurrentFormat))
            {
                throw new ModelException($"'{path}': manifest format {format}; this version reads format {CurrentFormat}. Update perceptual-eval or rebuild the model.");
            }

            var manifest = document.Deserialize(ManifestJson.Default.ModelManifest)
                ?? throw new ModelException($"'{path}': holds null, not a manifest.");
            return manifest.Problem() is { } problem
                ? throw new ModelException($"'{path}': {problem}. Rebuild the model.")
                : manifest;
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
    public void Save(string path)
    {
        using var file = File.Create(path);
        using (var writer = new Utf8JsonWriter(file, ForPeople))
        {
            JsonSerializer.Serialize(writer, this, ManifestJson.Default.ModelManifest);
        }

        file.WriteByte((byte)'\n');
    }

    /// <summary>All that the manifest says, on one line.</summary>
    internal string ToJson() => JsonSerializer.Serialize(this, ManifestJson.Default.ModelManifest);

    // Values that would fail only when the first image is decoded, or never.
    private string? Problem() =>
        ImageRange.Count != 2 || ImageRange[0] == ImageRange[1] ? $"image_range is [{string.Join(", ", ImageRange)}]; expected the values of black and of white"
        : Inputs is { } inputs && (inputs.Count != 2 || inputs[0] == inputs[1]) ? $"inputs is [{string.Join(", ", inputs)}]; expected two names"
        : Latent is not { } latent ? null
        : latent.Channels < 1 || latent.SpatialFactor < 1 || latent.TemporalFactor < 1 || latent.PatchSize < 1
            ? $"channels {latent.Channels}, spatial_factor {latent.SpatialFactor}, temporal_factor {latent.TemporalFactor}, patch_size {latent.PatchSize}; each is at least 1"
        : latent.Scaling == 0 ? "scaling is 0, which can't be undone"
        : latent.Mean is { } mean && mean.Count != latent.PatchedChannels ? $"{mean.Count} values of mean for {latent.PatchedChannels} channels"
        : latent.Std is { } std && (std.Count != latent.PatchedChannels || std.Contains(0)) ? $"std is [{string.Join(", ", std)}]; expected {latent.PatchedChannels} values that are not 0"
        : null;
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UseStringEnumConverter = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ModelManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
