using System.Text.Json.Serialization;

namespace PerceptualEval.Cli.Results;

/// <summary>What a plain LPIPS distance depends on.</summary>
/// <param name="Version">The version of this tool.</param>
/// <param name="Runtime">The inference runtime and its version.</param>
/// <param name="Device">Where it ran, such as <c>cpu</c> or <c>cuda:0</c>.</param>
/// <param name="Lpips">The perceptual network.</param>
internal sealed record DistanceProvenance(string Version, string Runtime, string Device, ModelIdentity Lpips)
{
    /// <summary>Further fields; they follow the others. Values: text, bool, int, double.</summary>
    [JsonExtensionData]
    public IDictionary<string, object>? More { get; set; }
}
