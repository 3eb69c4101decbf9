using PerceptualEval.ModelBuilder.Autoencoders;
using PerceptualEval.ModelBuilder.Checkpoints;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;

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
        var width = layers.OutputChannels(0);

        // The variant at 1/32 (F32Encoder) begins with two halvings, each followed by a ReLU.
        var isDeep = !layers.IsBlock(1) && layers.IsConv(2) && layers.IsBlock(4);
        var halvings = 0;
        var first = 1;
        x = layers.Conv("0", x, 3, width, stride: isDeep ? 2 : 1);
        if (isDeep)
        {
            x = graph.Relu(layers.Conv("2", graph.Relu(x), width, layers.OutputChannels(2), stride: 2));
            (width, halvings, first) = (layers.OutputChannels(2), 2, 4);
        }

        List<int> widths = [width];
        List<int> blocks = [0];
        for (var i = first; i < layers.Last; i++)
        {
            // A layer without any tensor is taken for what belongs there, so that the message names what is missing.
            var isFullLevel = blocks[^1] == (widths.Count == 1 ? 1 : TaesdLayers.BlocksPerLevel);
            if (layers.IsConv(i) || (!layers.IsBlock(i) && isFullLevel))
            {
                var next = layers.IsConv(i) ? layers.OutputChannels(i) : width;
                x = layers.Conv($"{i}", x, width, next, stride: 2, bias: false);
                width = next;
                halvings++;
                widths.Add(width);
                blocks.Add(0);
            }
            else
            {
                x = layers.Block(i, x, width);
                blocks[^1]++;
            }
        }

        var channels = layers.OutputChannels(layers.Last);
        graph.Output("latent", layers.Conv($"{layers.Last}", x, width, channels), "N", $"{channels}", "h", "w");
        weights.RequireComplete("a TAESD encoder");
        new ConfigComparison(weights.Config, weights.Path)
            .Integer("latent_channels", channels)
            .Integers("encoder_block_out_channels", widths)
            .Integers("num_encoder_blocks", blocks)
            .Text("act_fn", "relu")
            .RequireNone();
        var pooled = layers.IsPooled(layers.Last - 1);
        return new BuiltNetwork(graph, pooled ? "TAESD encoder, FLUX.2 variant" : "TAESD encoder", layers.LatentSpace(channels, 1 << halvings, pooled, options.Family));
    }
}
