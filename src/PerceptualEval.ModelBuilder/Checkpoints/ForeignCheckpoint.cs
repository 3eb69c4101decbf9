using System.Text.RegularExpressions;

namespace PerceptualEval.ModelBuilder.Checkpoints;

/// <summary>Says what a checkpoint is that is none of the supported VAEs, by the names of its tensors, so that the message helps.</summary>
internal static partial class ForeignCheckpoint
{
    // In this order: what comes first is the more particular. Names as in the networks' own repositories and in diffusers.
    private static readonly (Regex Signature, string Description)[] Autoencoders =
    [
        (Mochi(), "the Mochi VAE"),
        (CogVideoX(), "the CogVideoX VAE, but without a decoder in diffusers' names"),
        (Ltx(), "the LTX-Video VAE"),
        (HunyuanVideo(), "the HunyuanVideo VAE or one like it, with 3-D convolutions"),
        (Wan(), "the Wan or Qwen-Image VAE"),
        (DeepCompression(), "DC-AE, the VAE of Sana"),
        (Cosmos(), "the Cosmos tokenizer"),
        (Allegro(), "the Allegro VAE"),
        (Magvit(), "MAGVIT, the VAE of EasyAnimate"),
        (Asymmetric(), "AsymmetricAutoencoderKL, a VAE for inpainting"),
        (TemporalDecoder(), "the VAE of Stable Video Diffusion, with a temporal decoder"),
        (Taehv(), "TAEHV, a tiny video autoencoder"),
        (Quantized(), "a VQ autoencoder, with a codebook"),
    ];

    private static readonly (Regex Signature, string Description)[] Others =
    [
        (Lora(), "a LoRA"),
        (ControlNet(), "a ControlNet"),
        (FullCheckpoint(), "the diffusion model of a full checkpoint, without its VAE"),
        (UNet(), "a UNet, the diffusion model itself"),
        (Transformer(), "a diffusion transformer"),
        (TextEncoder(), "a text encoder"),
        (LpipsHeads(), "LPIPS heads"),
        (Backbone(), "an image classification backbone"),
    ];

    /// <summary>Which autoencoder it is that is not supported; null for none that is known.</summary>
    public static string? DescribeAutoencoder(IEnumerable<string> names) => Describe(Autoencoders, names);

    /// <summary>What it is, if not an autoencoder; null where nothing is known of it.</summary>
    public static string? DescribeOther(IEnumerable<string> names) => Describe(Others, names);

    private static string? Describe((Regex Signature, string Description)[] known, IEnumerable<string> names)
    {
        var found = known.Length;
        foreach (var name in names)
        {
            for (var i = 0; i < found; i++)
            {
                found = known[i].Signature.IsMatch(name) ? i : found;
            }
        }

        return found < known.Length ? known[found].Description : null;
    }

    [GeneratedRegex(@"coder\..*\.norm1\.(norm_layer|conv_y)\.")]
    private static partial Regex CogVideoX();

    [GeneratedRegex(@"coder\.middle\.0\.residual\.|coder\.mid_block\.resnets\.0\.norm1\.gamma")]
    private static partial Regex Wan();

    [GeneratedRegex(@"per_channel_statistics\.|coder\.last_scale_shift_table|coder\.(up|down)_blocks\.\d+\.res_blocks\.|^latents_mean$")]
    private static partial Regex Ltx();

    [GeneratedRegex(@"coder\.stages\.\d|coder\.project_in\.|coder\.(up|down)_blocks\.\d+\.\d+\.conv")]
    private static partial Regex DeepCompression();

    [GeneratedRegex(@"coder\.block_in\.resnets\.|coder\.blocks\.\d+\.\d+\.stack\.")]
    private static partial Regex Mochi();

    [GeneratedRegex(@"coder\..*resnets\.0\.conv1\.conv\.weight|coder\.mid\.block_1\.conv1\.conv\.weight")]
    private static partial Regex HunyuanVideo();

    [GeneratedRegex(@"coder\.(unpatcher3d|patcher3d)\.|coder\..*\.conv3d\.weight$|coder\.conv_in\.conv_[st]\.")]
    private static partial Regex Cosmos();

    [GeneratedRegex(@"coder\.temp_conv_(in|out)\.|coder\..*\.temp_convs\.")]
    private static partial Regex Allegro();

    [GeneratedRegex(@"coder\.mid_block\.convs\.\d|coder\.(up|down)_blocks\.\d+\.convs\.\d")]
    private static partial Regex Magvit();

    [GeneratedRegex(@"decoder\.condition_encoder\.")]
    private static partial Regex Asymmetric();

    [GeneratedRegex(@"coder\..*(temporal_res_block|time_stack|time_mix_conv|time_conv_out)")]
    private static partial Regex TemporalDecoder();

    [GeneratedRegex(@"^((de|en)coder\.)?\d+\.conv\.weight$")]
    private static partial Regex Taehv();

    [GeneratedRegex(@"quantize\.embedding")]
    private static partial Regex Quantized();

    [GeneratedRegex(@"lora_|\.lora\.|lokr_|hada_w")]
    private static partial Regex Lora();

    [GeneratedRegex(@"^control(net|_model|_)|\.zero_convs\.|^zero_convs\.")]
    private static partial Regex ControlNet();

    [GeneratedRegex(@"^(state_dict/)?model\.diffusion_model\.")]
    private static partial Regex FullCheckpoint();

    [GeneratedRegex(@"(^|\.)(double_blocks|single_blocks|joint_blocks|transformer_blocks|single_transformer_blocks)\.\d+\.")]
    private static partial Regex Transformer();

    [GeneratedRegex(@"(^|\.)(input_blocks\.0\.0\.|time_embedding\.linear_1\.|(down|up)_blocks\.\d+\.attentions\.\d)")]
    private static partial Regex UNet();

    [GeneratedRegex(@"text_model\.|encoder\.block\.\d+\.layer\.|token_embedding|embed_tokens|(^|\.)layers\.\d+\.self_attn\.")]
    private static partial Regex TextEncoder();

    [GeneratedRegex(@"^lin\d\.model\.")]
    private static partial Regex LpipsHeads();

    [GeneratedRegex(@"^(features|classifier|layer\d)\.\d+\.")]
    private static partial Regex Backbone();
}
