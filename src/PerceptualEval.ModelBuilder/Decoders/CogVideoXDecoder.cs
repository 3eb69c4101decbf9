using PerceptualEval.ModelBuilder.Autoencoders;
using PerceptualEval.ModelBuilder.Checkpoints;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Decoders;

/// <summary>The decoder of <c>AutoencoderKLCogVideoX</c>: causal convolutions over frames, normalisation conditioned on the latent.</summary>
internal static class CogVideoXDecoder
{
    // AutoencoderKLCogVideoX.num_latent_frames_batch_size: the network was trained for it.
    private const int LatentFrames = 2;

    private const int MiddleBlocks = 2;

    /// <summary>Whether tensors are this decoder's, by their names: no other conditions its normalisation on the latent.</summary>
    public static bool Recognises(IReadOnlySet<string> names) =>
        names.Contains("decoder.conv_in.conv.weight") && names.Contains("decoder.norm_out.conv_y.conv.weight");

    /// <summary>latent [N,C,t,h,w], raw, and caches → image [N,3,T,H,W], nominally in [-1,1], and the next run's caches.</summary>
    /// <exception cref="ModelException">There is no config, or the tensors are not those that it describes.</exception>
    public static BuiltNetwork Build(CheckpointFiles files, BuildOptions options)
    {
        var config = CogVideoXConfig.Of(files, options);
        using var weights = new Checkpoint(files, key => IsOfEncoder(key) ? null : key);
        var graph = new GraphBuilder("cogvideox-decoder", options.Storage);
        var latent = graph.Input("latent", "N", $"{config.LatentChannels}", "t", "h1", "w1");
        var layers = new CogVideoXLayers(graph, weights, config, latent);
        var channels = config.BlockOutChannels[^1];
        var x = layers.CausalConv("decoder.conv_in", latent, config.LatentChannels, channels, scale: 1);
        for (var block = 0; block < MiddleBlocks; block++)
        {
            x = layers.Block($"decoder.mid_block.resnets.{block}", x, channels, channels, level: 0);
        }

        var levels = config.BlockOutChannels.Count - 1;
        for (var level = 0; level <= levels; level++)
        {
            var width = config.BlockOutChannels[levels - level];
            for (var block = 0; block <= config.LayersPerBlock; block++)
            {
                x = layers.Block($"decoder.up_blocks.{level}.resnets.{block}", x, channels, width, level);
                channels = width;
            }

            x = level < levels ? layers.Upsample($"decoder.up_blocks.{level}.upsamplers.0", x, channels, doubleFrames: level < config.TemporalLevels) : x;
        }

        x = layers.SiLU(layers.Norm("decoder.norm_out", x, channels, levels));
        x = layers.CausalConv("decoder.conv_out", x, channels, 3, scale: 1 << levels);
        graph.Output("image", x, "N", "3", "T", $"h{1 << levels}", $"w{1 << levels}");
        weights.RequireComplete($"the CogVideoX decoder that '{config.Path}' describes");
        return new BuiltNetwork(graph, "CogVideoX decoder", config.LatentSpace(), new FrameBatching(LatentFrames, layers.Caches));
    }

    private static bool IsOfEncoder(string key) =>
        key.StartsWith("encoder.", StringComparison.Ordinal) || key.StartsWith("quant_conv.", StringComparison.Ordinal);
}
