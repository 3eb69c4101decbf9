using System.Text.Json.Serialization;

namespace PerceptualEval.Models;

/// <summary>What a model's graphs compute.</summary>
public enum ModelKind
{
    /// <summary>Latent → image.</summary>
    [JsonStringEnumMemberName("decoder")]
    Decoder,

    /// <summary>Image → latent (the posterior mean).</summary>
    [JsonStringEnumMemberName("encoder")]
    Encoder,

    /// <summary>LPIPS as two graphs: features of an image, distance of two sets of features.</summary>
    [JsonStringEnumMemberName("lpips")]
    Lpips,

    /// <summary>One graph from two images to one value per pair (someone else's export).</summary>
    [JsonStringEnumMemberName("pairwise")]
    Pairwise,
}
