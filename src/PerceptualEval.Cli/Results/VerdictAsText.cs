using System.Text.Json;
using System.Text.Json.Serialization;
using PerceptualEval.Comparisons;

namespace PerceptualEval.Cli.Results;

/// <summary>A verdict is written as <c>better</c>, <c>worse</c> or <c>no_difference_shown</c>.</summary>
internal sealed class VerdictAsText() : JsonStringEnumConverter<Verdict>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false);
