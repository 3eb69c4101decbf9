using System.Text.Json.Serialization;

namespace PerceptualEval.Cli.Tests.Datasets.Archives;

/// <summary>Rows of Parquet tables with latents.</summary>
internal static class ParquetRows
{
    /// <summary>A latent [channels,height,width] whose values count up from a first one, in nested lists.</summary>
    public static NestedRow Nested(string id, float first, int channels, int height, int width) => new()
    {
        Id = id,
        Latent = [.. Enumerable.Range(0, channels).Select(c => Enumerable.Range(0, height).Select(y =>
            Enumerable.Range(0, width).Select(x => first + (((c * height) + y) * width) + x).ToList()).ToList())],
    };

    /// <summary>An id and nested lists.</summary>
    internal sealed class NestedRow
    {
        [JsonPropertyName("id")]
        public string Id { get; set; } = "x";

        [JsonPropertyName("latent")]
        public List<List<List<float>>> Latent { get; set; } = [];
    }

    /// <summary>A flat list and its shape.</summary>
    internal sealed class Flat
    {
        [JsonPropertyName("latents")]
        public List<double> Latents { get; set; } = [];

        [JsonPropertyName("shape")]
        public List<long> Shape { get; set; } = [];
    }
}
