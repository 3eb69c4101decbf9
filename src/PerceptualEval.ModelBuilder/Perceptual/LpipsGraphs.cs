using PerceptualEval.ModelBuilder.Onnx;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;
using DataType = PerceptualEval.ModelBuilder.Onnx.Proto.TensorProto.Types.DataType;

namespace PerceptualEval.ModelBuilder.Perceptual;

/// <summary>
/// LPIPS as graphs: features of one image, so that they are computed once per image; and what compares two sets of them.
/// </summary>
/// <remarks>
/// Few passes over memory, since that is what bounds everything after the convolutions: features leave their graph as the convolutions
/// gave them, the norm is one ReduceL2, and the head's 1×1 convolution of the squared difference is a product of a row of weights with
/// the matrix [C, h·w]. On the CPU one pass does it all, see <c>FeatureDistance</c>, and the distance graph is not run.
/// </remarks>
internal static class LpipsGraphs
{
    // lpips/__init__.py, normalize_tensor: added to the norm, outside the root.
    private const float Epsilon = 1e-10f;

    /// <summary>image → f0…fL.</summary>
    /// <param name="backbone">The network.</param>
    /// <param name="weights">Its checkpoint.</param>
    /// <param name="scaleInput">Whether the input is normalised (v0.1) or taken as it is (v0.0).</param>
    /// <param name="storage">How the network's weights are stored.</param>
    public static GraphBuilder Features(BackboneNetwork backbone, Checkpoint weights, bool scaleInput, WeightStorage storage = WeightStorage.Float32)
    {
        var graph = new GraphBuilder($"lpips-{backbone.Name}-features", storage);
        var image = graph.Input("image", "N", "3", "H", "W");
        var features = backbone.Build(graph, weights, image, scaleInput ? InputScaling.Lpips : null);
        for (var layer = 0; layer < features.Count; layer++)
        {
            graph.Output($"f{layer}", features[layer], "N", $"{backbone.FeatureChannels[layer]}", $"h{layer}", $"w{layer}");
        }

        return graph;
    }

    /// <summary>a0…aL, b0…bL → distance [N], layers [N,L].</summary>
    /// <param name="backbone">The network.</param>
    /// <param name="heads">The weights of each layer's channels.</param>
    public static GraphBuilder Distance(BackboneNetwork backbone, IReadOnlyList<float[]> heads)
    {
        var graph = new GraphBuilder($"lpips-{backbone.Name}-distance");
        var layers = new Value[heads.Count];
        for (var layer = 0; layer < layers.Length; layer++)
        {
            // In double: a float sum over a million pixels loses the digits that are promised.
            var pixels = graph.Cast(SquaredDistance(graph, layer, heads[layer]).PerPixel, DataType.Double);
            layers[layer] = graph.Mean(pixels, keepDimensions: false, 2);
        }

        var perLayer = graph.Concat(1, layers);
        graph.Output("distance", graph.Cast(graph.Sum(perLayer, keepDimensions: false, 1), DataType.Float), "N");
        graph.Output("layers", graph.Cast(perLayer, DataType.Float), "N", $"{layers.Length}");
        return graph;
    }

    /// <summary>a0…aL, b0…bL, size [2] (H, W) → map [N,1,H,W].</summary>
    /// <param name="backbone">The network.</param>
    /// <param name="heads">The weights of each layer's channels.</param>
    public static GraphBuilder Map(BackboneNetwork backbone, IReadOnlyList<float[]> heads)
    {
        var graph = new GraphBuilder($"lpips-{backbone.Name}-map");
        var size = graph.Input("size", DataType.Int64, "2");
        var maps = new Value[heads.Count];
        for (var layer = 0; layer < maps.Length; layer++)
        {
            var (difference, perPixel) = SquaredDistance(graph, layer, heads[layer]);
            var shape = graph.Node("Shape", [difference]);
            var batch = graph.Node("Slice", [shape, graph.Integers(0), graph.Integers(1)]);
            var space = graph.Node("Slice", [shape, graph.Integers(2), graph.Integers(4)]);
            var map = graph.Node("Reshape", [perPixel, graph.Concat(0, batch, graph.Integers(1), space)]);
            maps[layer] = graph.ResizeBilinear(map, graph.Concat(0, batch, graph.Integers(1), size));
        }

        graph.Output("map", maps.Aggregate(graph.Add), "N", "1", "H", "W");
        return graph;
    }

    // a, b [N,C,h,w] → Σ w·(a/‖a‖ − b/‖b‖)² over the channels, [N,1,h·w].
    private static (Value Difference, Value PerPixel) SquaredDistance(GraphBuilder graph, int layer, float[] head)
    {
        string[] dimensions = ["N", $"{head.Length}", $"h{layer}", $"w{layer}"];
        var difference = graph.Subtract(Normalised(graph, graph.Input($"a{layer}", dimensions)), Normalised(graph, graph.Input($"b{layer}", dimensions)));
        var columns = graph.Reshape(graph.Multiply(difference, difference), 0, head.Length, -1);
        return (difference, graph.Node("MatMul", [graph.Constant(head, 1, 1, head.Length), columns]));
    }

    private static Value Normalised(GraphBuilder graph, Value features)
    {
        var norm = graph.Node("ReduceL2", [features, graph.Integers(1)], Layers.Int("keepdims", 1));
        return graph.Divide(features, graph.Add(norm, graph.Constant(Epsilon)));
    }
}
