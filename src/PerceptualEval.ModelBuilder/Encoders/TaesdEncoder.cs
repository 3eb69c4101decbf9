using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Onnx;

namespace PerceptualEval.ModelBuilder.Encoders;

/// <summary>The encoder of the TAESD family: per level a halving and three blocks, to a latent.</summary>
internal static class TaesdEncoder
{
    /// <summary>Whether a checkpoint has this encoder's first and last convolution.</summary>
    public static bool Recognises(Checkpoint weights) =>
        weights.ShapeOf("0.weight") is { Rank: 4 } first && first[0] == TaesdLayers.Width && first[1] == 3
        && weights.ShapeOf("14.weight") is { Rank: 4 } last && last[1] == TaesdLayers.Width;

    /// <summary>The latent channels of a checkpoint that <see cref="Recognises"/> accepts.</summary>
    public static int LatentChannels(Checkpoint weights) => (int)weights.ShapeOf("14.weight")!.Value[0];

    /// <summary>Whether it is the FLUX.2 variant.</summary>
    public static bool IsPooled(Checkpoint weights) => TaesdLayers.HasPool(weights, 11);

    /// <summary>image [N,3,8h,8w] in [-1,1] → latent [N,C,h,w] in model units.</summary>
    public static GraphBuilder Build(Checkpoint weights)
    {
        var channels = LatentChannels(weights);
        var graph = new GraphBuilder("taesd-encoder");
        var image = graph.Input("image", "N", "3", "H", "W");

        // The network takes [0,1]. Its first convolution pads with zeros in that range, so this can't be folded into the weights.
        var half = graph.Constant(0.5f);
        var x = TaesdLayers.Conv(graph, weights, "0", graph.Add(graph.Multiply(image, half), half), 3, TaesdLayers.Width);
        x = TaesdLayers.Block(graph, weights, "1", x, pooled: false);

        // Three levels of a convolution with stride 2 and three blocks: indices 2…5, 6…9, 10…13.
        for (var first = 2; first <= 10; first += 4)
        {
            x = TaesdLayers.Conv(graph, weights, $"{first}", x, TaesdLayers.Width, TaesdLayers.Width, stride: 2, bias: false);
            for (var block = first + 1; block < first + 4; block++)
            {
                x = TaesdLayers.Block(graph, weights, $"{block}", x, pooled: first == 10 && IsPooled(weights));
            }
        }

        graph.Output("latent", TaesdLayers.Conv(graph, weights, "14", x, TaesdLayers.Width, channels), "N", $"{channels}", "h", "w");
        return graph;
    }
}
