using System.Text.Json.Serialization;

namespace PerceptualEval.Cli.Results.Folders;

/// <summary>How a manifest is written and read: what is missing in one is an error, not a default.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ResultManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
