using PerceptualEval.ModelBuilder.Checkpoints;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Autoencoders;

/// <summary>The dimensions of one side of an AutoencoderKL, as its tensors tell them; the config is held against them.</summary>
internal sealed record AutoencoderKlLayout
{
    // diffusers' default, and fixed in ldm's Normalize.
    private const int DefaultGroups = 32;

    private AutoencoderKlLayout(Checkpoint weights, string side)
    {
        (Side, Path, Config) = (side, weights.Path, weights.Config);
        var (blocks, quantConv) = side == "decoder" ? ("up_blocks", "post_quant_conv") : ("down_blocks", "quant_conv");
        var levels = Count(weights, $"{side}.{blocks}.");
        var inner = Width(weights, $"{side}.conv_in", 0);
        Channels = [.. Enumerable.Range(0, levels).Select(level => inner = Width(weights, $"{side}.{blocks}.{level}.resnets.0.conv1", 0) is > 0 and var width ? width : inner)];
        ResnetsPerLevel = Enumerable.Range(0, levels).Select(level => Count(weights, $"{side}.{blocks}.{level}.resnets.")).DefaultIfEmpty(0).Max();
        HasAttention = weights.Names.Any(name => name.StartsWith($"{side}.mid_block.attentions.", StringComparison.Ordinal));
        HasQuantConv = weights.Names.Any(name => name.StartsWith($"{quantConv}.", StringComparison.Ordinal));
        HasBatchNorm = weights.Names.Any(name => name.StartsWith("bn.", StringComparison.Ordinal));

        // A decoder begins with the latent; an encoder ends with its mean and log-variance.
        InnerLatentChannels = side == "decoder" ? Width(weights, $"{side}.conv_in", 1) : Width(weights, $"{side}.conv_out", 0) / 2;
        LatentChannels = !HasQuantConv ? InnerLatentChannels
            : side == "decoder" ? Width(weights, quantConv, 1) : Width(weights, quantConv, 0) / 2;
        Groups = Config?.Integer("norm_num_groups") ?? DefaultGroups;
    }

    /// <summary><c>decoder</c> or <c>encoder</c>.</summary>
    public string Side { get; }

    /// <summary>The checkpoint.</summary>
    public string Path { get; }

    /// <summary>The config; null where there is none.</summary>
    public VaeConfig? Config { get; }

    /// <summary>Channels of each level, in the order that the side runs through them.</summary>
    public IReadOnlyList<int> Channels { get; }

    /// <summary>Residual blocks of each level.</summary>
    public int ResnetsPerLevel { get; }

    /// <summary>Groups of every group norm; nothing in the weights tells them.</summary>
    public int Groups { get; }

    /// <summary>Latent channels.</summary>
    public int LatentChannels { get; }

    /// <summary>Latent channels between the 1×1 convolution and the network; diffusers has the same on both sides of it.</summary>
    public int InnerLatentChannels { get; }

    /// <summary>Whether the block in the middle has attention.</summary>
    public bool HasAttention { get; }

    /// <summary>Whether there is a 1×1 convolution between latent and network.</summary>
    public bool HasQuantConv { get; }

    /// <summary>Whether the latents are normalised by a batch norm in the weights (FLUX.2).</summary>
    public bool HasBatchNorm { get; }

    /// <summary>Image pixels per latent cell along each side.</summary>
    public int SpatialFactor => 1 << (Channels.Count - 1);

    /// <summary>Reads the layout of a decoder or encoder.</summary>
    /// <param name="weights">The side's weights under diffusers' names.</param>
    /// <param name="side"><c>decoder</c> or <c>encoder</c>.</param>
    /// <exception cref="ModelException">The weights have no such side, or the config contradicts them.</exception>
    public static AutoencoderKlLayout Of(Checkpoint weights, string side)
    {
        var layout = new AutoencoderKlLayout(weights, side);
        var other = side == "decoder" ? "encoder" : "decoder";
        if (layout.Channels.Count == 0)
        {
            throw new ModelException($"'{weights.Path}' has no {side} of an AutoencoderKL. If it is the {other}'s file, use 'build {other}'.");
        }

        layout.RequireConfigFits();
        return layout.Channels.FirstOrDefault(channels => layout.Groups < 1 || channels % layout.Groups != 0) is > 0 and var uneven
            ? throw new ModelException(
                $"'{weights.Path}': {uneven} channels can't be normalised in {layout.Groups} groups"
                + (layout.Config is null ? " (the default, as there is no config). Give its config.json with --config." : $" (norm_num_groups of '{layout.Config.Path}')."))
            : layout;
    }

    /// <summary>The family that the latents are of: the one that is asked for, or that the rest of the checkpoint tells; null where a config or a batch norm says more.</summary>
    /// <exception cref="ModelException">A family is asked for that the weights can't be of, or beside a config.</exception>
    public LatentFamily? Family(CheckpointFiles files, BuildOptions options)
    {
        if (options.Family is not { } name)
        {
            return Config is null ? LatentFamily.OfCheckpoint([.. files.Tensors.Select(tensor => tensor.Entry.Name)], LatentChannels) : null;
        }

        return Config is null && !HasBatchNorm
            ? LatentFamily.Find(name, LatentChannels)
            : throw new ModelException(
                $"family '{name}': {(HasBatchNorm ? $"'{Path}' has its scaling in its batch norm" : $"'{Config!.Path}' states the scaling already")}. Build without --family.");
    }

    private void RequireConfigFits()
    {
        var isDecoder = Side == "decoder";

        // FLUX.2 has a variant whose decoder is narrower than its encoder.
        var widths = isDecoder && Config?.Integers("decoder_block_out_channels") is not null ? "decoder_block_out_channels" : "block_out_channels";
        new ConfigComparison(Config, Path)
            .Integer("latent_channels", LatentChannels)
            .Integers(widths, isDecoder ? Channels.Reverse() : Channels)
            .Integer("layers_per_block", isDecoder ? ResnetsPerLevel - 1 : ResnetsPerLevel)
            .Flag("mid_block_add_attention", HasAttention)
            .Flag(isDecoder ? "use_post_quant_conv" : "use_quant_conv", HasQuantConv)
            .Text("act_fn", "silu")
            .RequireNone();
    }

    // How many different numbers follow a prefix.
    private static int Count(Checkpoint weights, string prefix) =>
        weights.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal)).Select(name => name[prefix.Length..].Split('.')[0]).Distinct().Count();

    // One dimension of a convolution's weight; 0 where there is none, which is reported when the weights are read.
    private static int Width(Checkpoint weights, string convolution, int dimension) =>
        weights.ShapeOf($"{convolution}.weight") is { Rank: 4 } shape ? (int)Math.Min(shape[dimension], int.MaxValue) : 0;
}
