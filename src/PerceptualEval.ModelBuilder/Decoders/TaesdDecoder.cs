using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using PerceptualEval.ModelBuilder.Autoencoders;
using PerceptualEval.ModelBuilder.Checkpoints;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;

namespace PerceptualEval.ModelBuilder.Decoders;

/// <summary>The decoder of the TAESD family: clamp, then per level some blocks and a doubling, to an image. Levels and widths are told by the tensors.</summary>
internal static class TaesdDecoder
{
    // taesd.py, Clamp: 3·tanh(z/3).
    private const float Magnitude = 3;

    /// <summary>latent [N,C,h,w] in model units → image [N,3,H,W], nominally in [-1,1].</summary>
    /// <exception cref="ModelException">The tensors or the config are not such a decoder's.</exception>
    public static BuiltNetwork Build(CheckpointFiles files, TaesdNaming naming, BuildOptions options)
    {
        using var weights = new Checkpoint(files, naming.Parameter);
        var graph = new GraphBuilder("taesd-decoder", options.Storage);
        var layers = new TaesdLayers(graph, weights);
        var channels = layers.InputChannels(1);
        var width = layers.OutputChannels(1);
        var latent = graph.Input("latent", "N", $"{channels}", "h", "w");
        var magnitude = graph.Constant(Magnitude);
        var x = graph.Multiply(graph.Tanh(graph.Divide(latent, magnitude)), magnitude);
        x = graph.Relu(layers.Conv("1", x, channels, width));

        var levels = new TaesdLevels(width);
        x = Levels(graph, layers, levels, x);
        graph.Output("image", ToImage(graph, weights, layers.Last, levels.Width, x), "N", "3", "H", "W");
        weights.RequireComplete("a TAESD decoder");
        new ConfigComparison(weights.Config, weights.Path)
            .Integer("latent_channels", channels)
            .Integers("decoder_block_out_channels", levels.Widths)
            .Integers("num_decoder_blocks", levels.Blocks)
            .Integer("upsampling_scaling_factor", 2)
            .Text("upsample_fn", "nearest")
            .Text("act_fn", "relu")
            .RequireNone();
        var pooled = layers.IsPooled(3);
        return new BuiltNetwork(graph, pooled ? "TAESD decoder, FLUX.2 variant" : "TAESD decoder", layers.LatentSpace(channels, 1 << (levels.Widths.Count - 1), pooled, options.Family));
    }

    // Layers 0…2 are clamp, convolution, ReLU; an upsampling has an index but no parameters.
    private static Value Levels(GraphBuilder graph, TaesdLayers layers, TaesdLevels levels, Value x)
    {
        for (var i = 3; i < layers.Last; i++)
        {
            // A layer without any tensor is taken for what belongs there, so that the message names what is missing.
            var isConvNext = layers.IsConv(i + 1) || (!layers.IsBlock(i + 1) && levels.Blocks[^1] == TaesdLayers.BlocksPerLevel);
            if (!layers.IsBlock(i) && isConvNext && i + 1 < layers.Last)
            {
                i++;
                var next = layers.IsConv(i) ? layers.OutputChannels(i) : levels.Width;
                x = layers.Conv($"{i}", graph.UpsampleNearest2x(x), levels.Width, next, bias: false);
                levels.Begin(next);
            }
            else
            {
                x = layers.Block(i, x, levels.Width);
                levels.AddBlock();
            }
        }

        return x;
    }

    // The network gives y in [0,1]; 2y − 1 goes into its last convolution, which costs nothing and is exact but for the bias' last bit.
    private static Value ToImage(GraphBuilder graph, Checkpoint weights, int layer, int width, Value x)
    {
        var weight = weights.Values($"{layer}.weight", 3, width, 3, 3);
        var bias = weights.Values($"{layer}.bias", 3);
        TensorPrimitives.Multiply<float>(weight, 2, weight);
        TensorPrimitives.Multiply<float>(bias, 2, bias);
        TensorPrimitives.Subtract<float>(bias, 1, bias);
        return graph.Conv(x,
            graph.Weights($"{layer}.weight", [3, width, 3, 3], MemoryMarshal.AsBytes<float>(weight).ToArray()),
            graph.Weights($"{layer}.bias", [3], MemoryMarshal.AsBytes<float>(bias).ToArray()), kernel: 3, padding: 1);
    }
}
