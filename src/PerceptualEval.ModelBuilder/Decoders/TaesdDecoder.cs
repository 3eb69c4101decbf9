using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using PerceptualEval.ModelBuilder.Onnx;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;

namespace PerceptualEval.ModelBuilder.Decoders;

/// <summary>The decoder of the TAESD family: clamp, then per level three blocks and a doubling, to an image.</summary>
internal static class TaesdDecoder
{
    // taesd.py, Clamp: 3·tanh(z/3).
    private const float Magnitude = 3;

    /// <summary>Whether a checkpoint has this decoder's first and last convolution.</summary>
    public static bool Recognises(Checkpoint weights) =>
        weights.ShapeOf("0.weight") is null
        && weights.ShapeOf("1.weight") is { Rank: 4 } first && first[0] == TaesdLayers.Width
        && weights.ShapeOf("19.weight") is { Rank: 4 } last && last[0] == 3;

    /// <summary>The latent channels of a checkpoint that <see cref="Recognises"/> accepts.</summary>
    public static int LatentChannels(Checkpoint weights) => (int)weights.ShapeOf("1.weight")!.Value[1];

    /// <summary>Whether it is the FLUX.2 variant.</summary>
    public static bool IsPooled(Checkpoint weights) => TaesdLayers.HasPool(weights, 3);

    /// <summary>latent [N,C,h,w] in model units → image [N,3,8h,8w], nominally in [-1,1].</summary>
    public static GraphBuilder Build(Checkpoint weights)
    {
        var channels = LatentChannels(weights);
        var graph = new GraphBuilder("taesd-decoder");
        var latent = graph.Input("latent", "N", $"{channels}", "h", "w");
        var magnitude = graph.Constant(Magnitude);
        var x = graph.Multiply(graph.Tanh(graph.Divide(latent, magnitude)), magnitude);
        x = graph.Relu(TaesdLayers.Conv(graph, weights, "1", x, channels, TaesdLayers.Width));

        // Three levels of three blocks, an upsampling (no parameters) and a convolution: indices 3…7, 8…12, 13…17.
        for (var first = 3; first <= 13; first += 5)
        {
            for (var block = first; block < first + 3; block++)
            {
                x = TaesdLayers.Block(graph, weights, $"{block}", x, pooled: first == 3 && IsPooled(weights));
            }

            x = TaesdLayers.Conv(graph, weights, $"{first + 4}", graph.UpsampleNearest2x(x), TaesdLayers.Width, TaesdLayers.Width, bias: false);
        }

        x = TaesdLayers.Block(graph, weights, "18", x, pooled: false);
        graph.Output("image", ToImage(graph, weights, x), "N", "3", "H", "W");
        return graph;
    }

    // The network gives y in [0,1]; 2y − 1 goes into its last convolution, which costs nothing and is exact but for the bias' last bit.
    private static Value ToImage(GraphBuilder graph, Checkpoint weights, Value x)
    {
        var weight = weights.Values("19.weight", 3, TaesdLayers.Width, 3, 3);
        var bias = weights.Values("19.bias", 3);
        TensorPrimitives.Multiply<float>(weight, 2, weight);
        TensorPrimitives.Multiply<float>(bias, 2, bias);
        TensorPrimitives.Subtract<float>(bias, 1, bias);
        return graph.Conv(x,
            graph.Weights("19.weight", [3, TaesdLayers.Width, 3, 3], MemoryMarshal.AsBytes<float>(weight).ToArray()),
            graph.Weights("19.bias", [3], MemoryMarshal.AsBytes<float>(bias).ToArray()), kernel: 3, padding: 1);
    }
}
