using System.Globalization;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Autoencoders;

/// <summary>
/// Translates the names that AutoencoderKL's parameters have in checkpoints to diffusers' current ones. Known are diffusers' (old and new
/// attention names) and those of ldm, sgm and FLUX (<c>decoder.up.3.block.0.nin_shortcut</c>), under any prefix.
/// </summary>
internal sealed class AutoencoderKlNaming
{
    private static readonly string[] FirstParameters = ["decoder.conv_in.weight", "encoder.conv_in.weight"];

    private readonly string _prefix;
    private readonly int _levels;

    private AutoencoderKlNaming(string prefix, IEnumerable<string> names)
    {
        _prefix = prefix;
        var up = $"{prefix}decoder.up.";
        _levels = names.Where(name => name.StartsWith(up, StringComparison.Ordinal)).Select(name => name[up.Length..].Split('.')[0]).Distinct().Count();
    }

    /// <summary>Finds the autoencoder in a checkpoint.</summary>
    /// <param name="names">The names of all tensors.</param>
    /// <param name="path">The checkpoint, for the message.</param>
    /// <returns>Null where there is none.</returns>
    /// <exception cref="ModelException">There are several.</exception>
    public static AutoencoderKlNaming? Find(IReadOnlyCollection<string> names, string path)
    {
        string[] prefixes = [.. names.SelectMany(name => FirstParameters.Where(name.EndsWith).Select(first => name[..^first.Length]))
            .Where(prefix => prefix is "" or [.., '.' or '/']).Distinct()];
        return prefixes switch
        {
            [] => null,
            [var prefix] => new AutoencoderKlNaming(prefix, names),
            _ => throw new ModelException(
                $"'{path}' holds several autoencoders: {string.Join(", ", prefixes.Select(prefix => $"'{prefix}decoder.…'"))}. Give a file with the one that is meant."),
        };
    }

    /// <summary>The names under the autoencoder's prefix, without it.</summary>
    public IEnumerable<string> Within(IEnumerable<string> names) =>
        names.Where(name => name.StartsWith(_prefix, StringComparison.Ordinal)).Select(name => name[_prefix.Length..]);

    /// <summary>The parameter's name in diffusers; null for what is no parameter of a decoder (or encoder).</summary>
    /// <param name="key">The name in the checkpoint.</param>
    /// <param name="side"><c>decoder</c> or <c>encoder</c>.</param>
    /// <param name="quantConv">The name of the side's own 1×1 convolution.</param>
    public string? Parameter(string key, string side, string quantConv)
    {
        if (!key.StartsWith(_prefix, StringComparison.Ordinal))
        {
            return null;
        }

        var parts = Translate(key[_prefix.Length..].Split('.'));
        var isOwn = parts[0] == side || parts[0] == quantConv || parts is ["bn", "running_mean" or "running_var"];
        return isOwn ? string.Join('.', parts) : null;
    }

    private string[] Translate(string[] parts) => parts switch
    {
        // FLUX.2's own file keeps them inside.
        ["decoder", "post_quant_conv", .. var leaf] => ["post_quant_conv", .. leaf],
        ["encoder", "quant_conv", .. var leaf] => ["quant_conv", .. leaf],

        [var side, "norm_out", .. var leaf] => [side, "conv_norm_out", .. leaf],
        [var side, "mid", "block_1", .. var leaf] => [side, "mid_block", "resnets", "0", .. Resnet(leaf)],
        [var side, "mid", "block_2", .. var leaf] => [side, "mid_block", "resnets", "1", .. Resnet(leaf)],
        [var side, "mid", "attn_1", .. var leaf] => [side, "mid_block", "attentions", "0", .. Attention(leaf)],
        [var side, "mid_block", "attentions", "0", .. var leaf] => [side, "mid_block", "attentions", "0", .. Attention(leaf)],
        ["decoder", "up", var level, "block", var layer, .. var leaf] => ["decoder", "up_blocks", FromLatent(level), "resnets", layer, .. Resnet(leaf)],
        ["decoder", "up", var level, "upsample", .. var leaf] => ["decoder", "up_blocks", FromLatent(level), "upsamplers", "0", .. leaf],
        ["encoder", "down", var level, "block", var layer, .. var leaf] => ["encoder", "down_blocks", level, "resnets", layer, .. Resnet(leaf)],
        ["encoder", "down", var level, "downsample", .. var leaf] => ["encoder", "down_blocks", level, "downsamplers", "0", .. leaf],
        _ => parts,
    };

    // ldm counts a decoder's levels from the image, diffusers from the latent.
    private string FromLatent(string level) =>
        int.TryParse(level, NumberStyles.None, CultureInfo.InvariantCulture, out var fromImage) ? (_levels - 1 - fromImage).ToString(CultureInfo.InvariantCulture) : level;

    private static string[] Resnet(string[] leaf) => leaf is ["nin_shortcut", .. var rest] ? ["conv_shortcut", .. rest] : leaf;

    private static string[] Attention(string[] leaf) => leaf switch
    {
        ["norm", .. var rest] => ["group_norm", .. rest],
        ["q" or "query", .. var rest] => ["to_q", .. rest],
        ["k" or "key", .. var rest] => ["to_k", .. rest],
        ["v" or "value", .. var rest] => ["to_v", .. rest],
        ["proj_out" or "proj_attn", .. var rest] => ["to_out", "0", .. rest],
        _ => leaf,
    };
}
