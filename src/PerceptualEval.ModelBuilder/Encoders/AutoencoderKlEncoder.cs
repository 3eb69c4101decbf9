using PerceptualEval.ModelBuilder.Autoencoders;
using PerceptualEval.ModelBuilder.Checkpoints;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Encoders;

/// <summary>The encoder of AutoencoderKL; its result is the mean of the posterior.</summary>
internal static class AutoencoderKlEncoder
{
    private const string Side = "encoder";

    /// <summary>image [N,3,H,W] in [-1,1] → latent [N,C,h,w] in raw units.</summary>
    /// <exception cref="ModelException">The tensors or the config are not such an encoder's.</exception>
    public static BuiltNetwork Build(CheckpointFiles files, AutoencoderKlNaming naming, BuildOptions options)
    {
        using var weights = new Checkpoint(files, key => naming.Parameter(key, Side, "quant_conv"));
        var layout = AutoencoderKlLayout.Of(weights, Side);
        var latent = AutoencoderKlLatents.Describe(weights, layout, layout.Family(files, options));
        var graph = new GraphBuilder("autoencoder-kl-encoder", options.Storage);
        var layers = new AutoencoderKlLayers(graph, weights, layout.Groups);
        var channels = layout.Channels[0];
        var x = layers.Conv($"{Side}.conv_in", graph.Input("image", "N", "3", "H", "W"), 3, channels);
        for (var level = 0; level < layout.Channels.Count; level++)
        {
            for (var i = 0; i < layout.ResnetsPerLevel; i++)
            {
                x = layers.Resnet($"{Side}.down_blocks.{level}.resnets.{i}", x, channels, layout.Channels[level]);
                channels = layout.Channels[level];
            }

            x = level < layout.Channels.Count - 1 ? layers.Downsample($"{Side}.down_blocks.{level}.downsamplers.0.conv", x, channels) : x;
        }

        x = layers.Middle($"{Side}.mid_block", x, channels, layout.HasAttention);
        x = layers.NormConv($"{Side}.conv_norm_out", $"{Side}.conv_out", x, channels, 2 * layout.InnerLatentChannels);
        x = layout.HasQuantConv ? layers.Conv("quant_conv", x, 2 * layout.InnerLatentChannels, 2 * layout.LatentChannels, kernel: 1) : x;

        // Mean and log-variance lie behind each other; the mean is the first half.
        var mean = graph.Node("Slice", [x, graph.Integers(0), graph.Integers(layout.LatentChannels), graph.Integers(1)]);
        graph.Output("latent", mean, "N", $"{layout.LatentChannels}", "h", "w");
        weights.RequireComplete("an AutoencoderKL encoder");
        return new BuiltNetwork(graph, layout.HasBatchNorm ? "AutoencoderKL encoder, FLUX.2" : "AutoencoderKL encoder", latent);
    }
}
