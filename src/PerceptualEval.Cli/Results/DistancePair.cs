using System.Text.Json.Serialization;

namespace PerceptualEval.Cli.Results;

/// <summary>The LPIPS distance of one pair of images.</summary>
/// <param name="Id">The pair's id.</param>
/// <param name="Distance">The distance; lower is more alike, 0 is identical. Written as null where it is not finite.</param>
/// <param name="Layers">What each layer adds to it; null where not asked for.</param>
internal sealed record DistancePair(
    string Id,
    double Distance,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<double>? Layers = null);
