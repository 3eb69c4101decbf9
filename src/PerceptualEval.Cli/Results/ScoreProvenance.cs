using System.Text.Json.Serialization;

namespace PerceptualEval.Cli.Results;

/// <summary>What a score depends on, written beside it so that two results can be told comparable or not.</summary>
/// <param name="Version">The version of this tool.</param>
/// <param name="Runtime">The inference runtime and its version.</param>
/// <param name="Device">Where it ran, such as <c>cpu</c> or <c>cuda:0</c>.</param>
/// <param name="Decoder">The decoder; null where no term needed it.</param>
/// <param name="Lpips">The perceptual network; null where no term needed it.</param>
/// <param name="Weights">The weights of the terms.</param>
/// <param name="Units">The units of the latents as given: <c>raw</c> or <c>model</c>.</param>
/// <param name="Resize">What was resized for the third term: <c>none</c>, <c>image</c> or <c>decoded</c>.</param>
internal sealed record ScoreProvenance(
    string Version,
    string Runtime,
    string Device,
    ModelIdentity? Decoder,
    ModelIdentity? Lpips,
    LossWeights Weights,
    string Units,
    string Resize)
{
    /// <summary>The decoders that are compared, in the place of <see cref="Decoder"/>; null in every other run.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<ModelIdentity>? Decoders { get; init; }

    /// <summary>Further fields, such as <c>clamp</c> and <c>batch</c>; they follow the others. Values: text, bool, int, double.</summary>
    [JsonExtensionData]
    public IDictionary<string, object>? More { get; set; }
}
