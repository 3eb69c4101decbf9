using System.Text.Json.Serialization;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Inspection;

/// <summary>How inspections are written as JSON, in snake_case; numbers that are not finite are null.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(NonFiniteAsNull)])]
[JsonSerializable(typeof(FileInspection))]
[JsonSerializable(typeof(FolderInspection))]
internal sealed partial class InspectionJson : JsonSerializerContext;
