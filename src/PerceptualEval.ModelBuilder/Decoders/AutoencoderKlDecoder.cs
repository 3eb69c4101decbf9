using PerceptualEval.ModelBuilder.Autoencoders;
using PerceptualEval.ModelBuilder.Checkpoints;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Decoders;

/// <summary>The decoder of AutoencoderKL, the VAE of Stable Diffusion 1–3.5, SDXL, FLUX.1 and FLUX.2.</summary>
internal static class AutoencoderKlDecoder
{
    private const string Side = "decoder";

    /// <summary>latent [N,C,h,w] in raw units → image [N,3,H,W], nominally in [-1,1].</summary>
    /// <exception cref="ModelException">The tensors or the config are not such a decoder's.</exception>
    public static BuiltNetwork Build(CheckpointFiles files, AutoencoderKlNaming naming, BuildOptions options)
    {
        using var weights = new Checkpoint(files, key => naming.Parameter(key, Side, "post_quant_conv"));
        var layout = AutoencoderKlLayout.Of(weights, Side);
        var latent = AutoencoderKlLatents.Describe(weights, layout, layout.Family(files, options));
        var graph = new GraphBuilder("autoencoder-kl-decoder", options.Storage);
        var layers = new AutoencoderKlLayers(graph, weights, layout.Groups);
        var x = graph.Input("latent", "N", $"{layout.LatentChannels}", "h", "w");
        x = layout.HasQuantConv ? layers.Conv("post_quant_conv", x, layout.LatentChannels, layout.InnerLatentChannels, kernel: 1) : x;
        var channels = layout.Channels[0];
        x = layers.Conv($"{Side}.conv_in", x, layout.InnerLatentChannels, channels);
        x = layers.Middle($"{Side}.mid_block", x, channels, layout.HasAttention);
        for (var level = 0; level < layout.Channels.Count; level++)
        {
            for (var i = 0; i < layout.ResnetsPerLevel; i++)
            {
                x = layers.Resnet($"{Side}.up_blocks.{level}.resnets.{i}", x, channels, layout.Channels[level]);
                channels = layout.Channels[level];
            }

            x = level < layout.Channels.Count - 1 ? layers.Upsample($"{Side}.up_blocks.{level}.upsamplers.0.conv", x, channels) : x;
        }

        x = layers.NormConv($"{Side}.conv_norm_out", $"{Side}.conv_out", x, channels, 3);
        graph.Output("image", x, "N", "3", "H", "W");
        weights.RequireComplete("an AutoencoderKL decoder");
        return new BuiltNetwork(graph, layout.HasBatchNorm ? "AutoencoderKL decoder, FLUX.2" : "AutoencoderKL decoder", latent);
    }
}
