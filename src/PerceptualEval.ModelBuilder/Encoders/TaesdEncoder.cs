using PerceptualEval.ModelBuilder.Autoencoders;
using PerceptualEval.ModelBuilder.Checkpoints;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;

namespace PerceptualEval.ModelBuilder.Encoders;

/// <summary>The encoder of the TAESD family: per level a halving and some blocks, to a latent. Levels and widths are told by the tensors.</summary>
internal static class TaesdEncoder
{
    /// <summary>image [N,3,H,W] in [-1,1] → latent [N,C,h,w] in model units.</summary>
    /// <exception cref="ModelException">The tensors or the config are not such an encoder's.</exception>
    public static BuiltNetwork Build(CheckpointFiles files, TaesdNaming naming, BuildOptions options)
    {
        using var weights = new Checkpoint(files, naming.Parameter);
        var graph = new GraphBuilder("taesd-encoder", options.Storage);
        var layers = new TaesdLayers(graph, weights);

        // The network takes [0,1]. Its first convolution pads with zeros in that range, so this can't be folded into the weights.
        var half = graph.Constant(0.5f);
        var x = graph.Add(graph.Multiply(graph.Input("image", "N", "3", "H", "W"), half), half);
        var (levels, first, halvings) = Beginning(graph, layers, ref x);
        x = Levels(layers, levels, first, x);
        halvings += levels.Widths.Count - 1;

        var channels = layers.OutputChannels(layers.Last);
        graph.Output("latent", layers.Conv($"{layers.Last}", x, levels.Width, channels), "N", $"{channels}", "h", "w");
        weights.RequireComplete("a TAESD encoder");
        new ConfigComparison(weights.Config, weights.Path)
            .Integer("latent_channels", channels)
            .Integers("encoder_block_out_channels", levels.Widths)
            .Integers("num_encoder_blocks", levels.Blocks)
            .Text("act_fn", "relu")
            .RequireNone();
        var pooled = layers.IsPooled(layers.Last - 1);
        return new BuiltNetwork(graph, pooled ? "TAESD encoder, FLUX.2 variant" : "TAESD encoder", layers.LatentSpace(channels, 1 << halvings, pooled, options.Family));
    }

    // The layers before the first block. The variant at 1/32 (F32Encoder) begins with two halvings, each followed by a ReLU.
    private static (TaesdLevels Levels, int First, int Halvings) Beginning(GraphBuilder graph, TaesdLayers layers, ref Value x)
    {
        var width = layers.OutputChannels(0);
        var isDeep = !layers.IsBlock(1) && layers.IsConv(2) && layers.IsBlock(4);
        x = layers.Conv("0", x, 3, width, stride: isDeep ? 2 : 1);
        if (!isDeep)
        {
            return (new TaesdLevels(width), 1, 0);
        }

        x = graph.Relu(layers.Conv("2", graph.Relu(x), width, layers.OutputChannels(2), stride: 2));
        return (new TaesdLevels(layers.OutputChannels(2)), 4, 2);
    }

    private static Value Levels(TaesdLayers layers, TaesdLevels levels, int first, Value x)
    {
        for (var i = first; i < layers.Last; i++)
        {
            // A layer without any tensor is taken for what belongs there, so that the message names what is missing.
            var isFullLevel = levels.Blocks[^1] == (levels.Widths.Count == 1 ? 1 : TaesdLayers.BlocksPerLevel);
            if (layers.IsConv(i) || (!layers.IsBlock(i) && isFullLevel))
            {
                var next = layers.IsConv(i) ? layers.OutputChannels(i) : levels.Width;
                x = layers.Conv($"{i}", x, levels.Width, next, stride: 2, bias: false);
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
}
