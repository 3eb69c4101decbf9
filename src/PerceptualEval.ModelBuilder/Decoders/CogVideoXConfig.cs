using System.Numerics;
using System.Text.Json;
using System.Text.Json.Serialization;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Decoders;

/// <summary>What a diffusers <c>config.json</c> of <c>AutoencoderKLCogVideoX</c> says that its tensors don't; defaults are the class'.</summary>
/// <remarks>Setters, not initialisers: generated JSON readers give initialisers what is missing as null.</remarks>
internal sealed class CogVideoXConfig
{
    private const string ClassName = "AutoencoderKLCogVideoX";

    [JsonPropertyName("_class_name")]
    public string? Class { get; set; }

    /// <summary>Channels of the levels, from the image's side.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; set; } = [128, 256, 256, 512];

    public int LatentChannels { get; set; } = 16;

    /// <summary>Blocks per level in the encoder; the decoder has one more.</summary>
    public int LayersPerBlock { get; set; } = 3;

    [JsonPropertyName("norm_num_groups")]
    public int NormGroups { get; set; } = 32;

    public int TemporalCompressionRatio { get; set; } = 4;

    public string ActFn { get; set; } = "silu";

    public double ScalingFactor { get; set; } = 1.15258426;

    public double? ShiftFactor { get; set; }

    public IReadOnlyList<double>? LatentsMean { get; set; }

    public IReadOnlyList<double>? LatentsStd { get; set; }

    /// <summary>How many of the upsamplings double the frames too: the first ones.</summary>
    [JsonIgnore]
    public int TemporalLevels => BitOperations.Log2((uint)TemporalCompressionRatio);

    /// <summary>Reads a configuration.</summary>
    /// <param name="path">The <c>config.json</c>.</param>
    /// <exception cref="ModelException">It can't be read, is of another class, or has values that the class does not take.</exception>
    public static CogVideoXConfig Load(string path)
    {
        try
        {
            var config = JsonSerializer.Deserialize(File.ReadAllBytes(path), CogVideoXJson.Default.CogVideoXConfig)
                ?? throw new ModelException($"'{path}' holds null; expected the config.json of {ClassName}.");
            return config.Problem() is { } problem ? throw new ModelException($"'{path}': {problem}") : config;
        }
        catch (JsonException exception)
        {
            throw new ModelException($"'{path}' is no config.json of {ClassName} ({exception.Message.TrimEnd('.')}).", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"'{path}' can't be read ({exception.Message.TrimEnd('.')}).", exception);
        }
    }

    /// <summary>The latents that the decoder takes.</summary>
    /// <remarks>
    /// <c>invert_scale_latents</c> (CogVideoX 1.5) concerns the image that image-to-video is conditioned on, which that model was
    /// trained to see divided by the factor; what it generates is scaled as ever (diffusers, <c>pipeline_cogvideox_image2video.py</c>).
    /// </remarks>
    public LatentSpace LatentSpace() => new()
    {
        Channels = LatentChannels,
        SpatialFactor = 1 << (BlockOutChannels.Count - 1),
        TemporalFactor = 1 << TemporalLevels,
        Units = LatentUnits.Raw,
        Scaling = ScalingFactor,
        Shift = ShiftFactor,
        Mean = LatentsMean,
        Std = LatentsStd,
        Evidence = "The decoder takes what the encoder returns; scaling factor of the checkpoint's config.json.",
    };

    private string? Problem()
    {
        if (Class is not (null or ClassName))
        {
            return $"is the configuration of {Class}; the tensors are those of {ClassName}. Give the config.json of the same checkpoint.";
        }

        if (BlockOutChannels.Count is < 1 or > 8 || NormGroups < 1 || BlockOutChannels.Any(channels => channels < 1 || channels % NormGroups != 0))
        {
            return $"block_out_channels [{string.Join(',', BlockOutChannels)}] with norm_num_groups {NormGroups}; expected 1 to 8 positive multiples of the groups.";
        }

        if (LatentChannels < 1 || LayersPerBlock is < 1 or > 64)
        {
            return $"latent_channels {LatentChannels}, layers_per_block {LayersPerBlock}; expected positive numbers.";
        }

        if (TemporalCompressionRatio < 1 || !BitOperations.IsPow2(TemporalCompressionRatio) || TemporalLevels >= BlockOutChannels.Count)
        {
            return $"temporal_compression_ratio {TemporalCompressionRatio}; expected a power of 2 of at most {1 << (BlockOutChannels.Count - 1)}, for {BlockOutChannels.Count} levels.";
        }

        if (!double.IsFinite(ScalingFactor) || ScalingFactor == 0)
        {
            return $"scaling_factor {ScalingFactor}; expected a finite number other than 0.";
        }

        return ActFn is "silu" or "swish" ? null : $"act_fn '{ActFn}'; supported is silu.";
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(CogVideoXConfig))]
internal sealed partial class CogVideoXJson : JsonSerializerContext;
