using System.Numerics.Tensors;
using PerceptualEval.ModelBuilder.Onnx;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;
using DataType = PerceptualEval.ModelBuilder.Onnx.Proto.TensorProto.Types.DataType;

namespace PerceptualEval.ModelBuilder.Perceptual;

/// <summary>
/// LPIPS as graphs. The features come out normalised and already multiplied by the square roots of the head's weights, so that
/// a layer's distance is the plain squared distance of two features: everything that depends on one image only is computed once per image.
/// </summary>
/// <remarks>Σ w·(a/|a| − b/|b|)² = Σ (√w·a/|a| − √w·b/|b|)² needs w ≥ 0, which LPIPS heads are; the builder refuses others.</remarks>
internal static class LpipsGraphs
{
    // lpips.py, ScalingLayer: what maps [-1,1] to the ImageNet normalisation of the backbones. v0.0 had none.
    private static readonly float[] Shift = [-.030f, -.088f, -.188f];
    private static readonly float[] Scale = [.458f, .448f, .450f];

    // lpips/__init__.py, normalize_tensor: added to the norm, outside the root.
    private const float Epsilon = 1e-10f;

    /// <summary>image → f0…fL.</summary>
    /// <param name="backbone">The network.</param>
    /// <param name="weights">Its checkpoint.</param>
    /// <param name="heads">The weights of each layer's channels, not negative; null for the baseline, where all are 1.</param>
    /// <param name="scaleInput">Whether the input is normalised (v0.1) or taken as it is (v0.0).</param>
    public static GraphBuilder Features(BackboneNetwork backbone, Checkpoint weights, IReadOnlyList<float[]>? heads, bool scaleInput)
    {
        var graph = new GraphBuilder($"lpips-{backbone.Name}-features");
        var image = graph.Input("image", "N", "3", "H", "W");
        var scaled = scaleInput
            ? graph.Divide(graph.Subtract(image, graph.Constant(Shift, 1, 3, 1, 1)), graph.Constant(Scale, 1, 3, 1, 1))
            : image;
        var features = backbone.Build(graph, weights, scaled);
        for (var layer = 0; layer < features.Count; layer++)
        {
            var channels = backbone.FeatureChannels[layer];
            var normal = Normalise(graph, features[layer]);
            if (heads is not null)
            {
                var roots = new float[channels];
                TensorPrimitives.Sqrt<float>(heads[layer], roots);
                normal = graph.Multiply(normal, graph.Constant(roots, 1, channels, 1, 1));
            }

            graph.Output($"f{layer}", normal, "N", $"{channels}", $"h{layer}", $"w{layer}");
        }

        return graph;
    }

    /// <summary>a0…aL, b0…bL → distance [N], layers [N,L].</summary>
    public static GraphBuilder Distance(BackboneNetwork backbone)
    {
        var graph = new GraphBuilder($"lpips-{backbone.Name}-distance");
        var layers = SquaredDistances(graph, backbone).Select(map => MeanOverPixels(graph, map)).ToArray();
        var perLayer = graph.Concat(1, layers);
        graph.Output("distance", graph.Cast(graph.Sum(perLayer, keepDimensions: false, 1), DataType.Float), "N");
        graph.Output("layers", graph.Cast(perLayer, DataType.Float), "N", $"{layers.Length}");
        return graph;
    }

    /// <summary>a0…aL, b0…bL, size [2] (H, W) → map [N,1,H,W].</summary>
    public static GraphBuilder Map(BackboneNetwork backbone)
    {
        var graph = new GraphBuilder($"lpips-{backbone.Name}-map");
        var maps = SquaredDistances(graph, backbone);
        var size = graph.Input("size", DataType.Int64, "2");
        var batch = graph.Node("Shape", [maps[0]], Layers.Int("start", 0), Layers.Int("end", 1));
        var sizes = graph.Concat(0, batch, graph.Integers(1), size);
        var sum = maps.Select(map => graph.ResizeBilinear(map, sizes)).Aggregate(graph.Add);
        graph.Output("map", sum, "N", "1", "H", "W");
        return graph;
    }

    private static Value Normalise(GraphBuilder graph, Value x)
    {
        var norm = graph.Sqrt(graph.Sum(graph.Multiply(x, x), keepDimensions: true, 1));
        return graph.Divide(x, graph.Add(norm, graph.Constant(Epsilon)));
    }

    // One map [N,1,h,w] per layer.
    private static Value[] SquaredDistances(GraphBuilder graph, BackboneNetwork backbone)
    {
        var maps = new Value[backbone.FeatureChannels.Count];
        for (var layer = 0; layer < maps.Length; layer++)
        {
            string[] dimensions = ["N", $"{backbone.FeatureChannels[layer]}", $"h{layer}", $"w{layer}"];
            var difference = graph.Subtract(graph.Input($"a{layer}", dimensions), graph.Input($"b{layer}", dimensions));
            maps[layer] = graph.Sum(graph.Multiply(difference, difference), keepDimensions: true, 1);
        }

        return maps;
    }

    // In double: a float sum over a million pixels loses the digits that are promised. [N,1,h,w] → [N,1].
    private static Value MeanOverPixels(GraphBuilder graph, Value map) =>
        graph.Mean(graph.Cast(map, DataType.Double), keepDimensions: false, 2, 3);
}
