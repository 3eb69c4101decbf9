using System.Globalization;
using System.Numerics;
using PerceptualEval.ModelBuilder.Checkpoints;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Decoders;

/// <summary>What the config of an <c>AutoencoderKLCogVideoX</c> says of its decoder; what it leaves out is as that class has it.</summary>
internal sealed class CogVideoXConfig
{
    private const int MostLevels = 8;

    private readonly VaeConfig _config;

    private CogVideoXConfig(VaeConfig config)
    {
        _config = config;
        BlockOutChannels = config.Integers("block_out_channels") ?? [128, 256, 256, 512];
        LatentChannels = config.Integer("latent_channels") ?? 16;
        LayersPerBlock = config.Integer("layers_per_block") ?? 3;
        NormGroups = config.Integer("norm_num_groups") ?? 32;
        var compression = config.Integer("temporal_compression_ratio") ?? 4;
        TemporalLevels = BitOperations.Log2((uint)compression);
        Require(BlockOutChannels.Count is >= 1 and <= MostLevels && NormGroups > 0 && BlockOutChannels.All(channels => channels > 0 && channels % NormGroups == 0),
            $"block_out_channels is [{string.Join(',', BlockOutChannels)}], norm_num_groups {NormGroups}; expected 1 to {MostLevels} multiples of the groups");
        Require(LatentChannels > 0 && LayersPerBlock is > 0 and < 100, $"latent_channels is {LatentChannels}, layers_per_block {LayersPerBlock}; expected numbers above 0");
        Require(compression == 1 << TemporalLevels && TemporalLevels < BlockOutChannels.Count,
            $"temporal_compression_ratio is {compression}; expected a power of 2 of at most {1 << (BlockOutChannels.Count - 1)}, which {BlockOutChannels.Count} levels allow");
        Require(config.Text("act_fn") is null or "silu" or "swish", $"act_fn is {config.Text("act_fn")}; supported is silu");
    }

    /// <summary>The file, for messages.</summary>
    public string Path => _config.Path;

    /// <summary>Channels of the levels, from the image's side.</summary>
    public IReadOnlyList<int> BlockOutChannels { get; }

    public int LatentChannels { get; }

    /// <summary>Blocks per level in the encoder; the decoder has one more.</summary>
    public int LayersPerBlock { get; }

    public int NormGroups { get; }

    /// <summary>How many of the upsamplings double the frames too: the first ones.</summary>
    public int TemporalLevels { get; }

    /// <summary>The config of a CogVideoX checkpoint.</summary>
    /// <exception cref="ModelException">There is none, or it has values that the class does not take.</exception>
    public static CogVideoXConfig Of(CheckpointFiles files, BuildOptions options)
    {
        var config = files.Config ?? throw new ModelException(
            $"'{files.Path}' is a CogVideoX VAE; neither groups nor scaling factor (1.15258426 for 2B, 0.7 for 5B) can be told from its tensors. Give its config.json with --config, or the folder that has both.");
        return options.Family is null
            ? new CogVideoXConfig(config)
            : throw new ModelException($"'{files.Path}' is a CogVideoX VAE; its config, not a family ('{options.Family}'), says how its latents are scaled. Leave --family out.");
    }

    /// <summary>The latents that the decoder takes.</summary>
    /// <remarks>
    /// <c>invert_scale_latents</c> (CogVideoX 1.5) concerns the image that image-to-video is conditioned on, which that model was
    /// trained to see divided by the factor; what it generates is scaled as ever (diffusers, <c>pipeline_cogvideox_image2video.py</c>).
    /// </remarks>
    public LatentSpace LatentSpace()
    {
        var scaling = _config.Number("scaling_factor") ?? 1.15258426;
        Require(scaling > 0, $"scaling_factor is {scaling.ToString(CultureInfo.InvariantCulture)}; expected a number above 0");
        Require(_config.Numbers("latents_mean") is null && _config.Numbers("latents_std") is null, "has latents_mean or latents_std, which no published CogVideoX has");
        return new LatentSpace
        {
            Channels = LatentChannels,
            SpatialFactor = 1 << (BlockOutChannels.Count - 1),
            TemporalFactor = 1 << TemporalLevels,
            Units = LatentUnits.Raw,
            Scaling = scaling,
            Shift = _config.Number("shift_factor"),
            Evidence = $"{_config.ClassName} config.json.",
        };
    }

    private void Require(bool condition, string problem)
    {
        if (!condition)
        {
            throw new ModelException($"'{Path}': {problem}. Give the config that came with the weights.");
        }
    }
}
