using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;
using DataType = PerceptualEval.ModelBuilder.Onnx.Proto.TensorProto.Types.DataType;

namespace PerceptualEval.ModelBuilder.Onnx;

/// <summary>Group normalisation in few passes over memory, as precise on large pictures as on small ones.</summary>
internal static class GroupNormalization
{
    /// <summary>Group normalisation over channels and space, with a weight and a bias per channel.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="weight">[C].</param>
    /// <param name="bias">[C].</param>
    /// <param name="channels">C.</param>
    /// <param name="groups">How many groups of channels share mean and variance.</param>
    /// <param name="epsilon">Added to the variance.</param>
    public static Value GroupNorm(this GraphBuilder graph, Value x, Value weight, Value bias, int channels, int groups, float epsilon)
    {
        // InstanceNormalization would say it in one node, but ONNX Runtime adds up a whole group in one float32 run: over the four million
        // values of a group at 1024 pixels that is off by 1e-4. Here the rows are added up in float32 and their sums in double. That also
        // leaves E[x²] − E[x]² its digits, so that the variance needs no centred copy of the values.
        var shape = graph.Node("Shape", [x]);
        var width = graph.Node("Shape", [x], Layers.Int("start", 3), Layers.Int("end", 4));
        var rows = graph.Node("Reshape", [x, graph.Concat(0, graph.Integers(0, groups, -1), width)]);
        var mean = graph.MeanOfRows(graph.Mean(rows, keepDimensions: false, 3));
        var squares = graph.MeanOfRows(graph.Node("ReduceSumSquare", [rows, graph.Integers(3)], Layers.Int("keepdims", 0)));
        var meanSquare = graph.Divide(squares, graph.Cast(width, DataType.Double));
        var variance = graph.Node("Max", [graph.Subtract(meanSquare, graph.Multiply(mean, mean)), graph.Cast(graph.Constant(0), DataType.Double)]);

        // With every channel of every sample a channel of its own, batch normalisation does the rest in one pass.
        var spread = graph.Node("Expand", [graph.Constant(1f), graph.Concat(0, graph.Node("Shape", [x], Layers.Int("end", 1)), graph.Integers(channels))]);
        var flat = graph.Node("Reshape", [x, graph.Concat(0, graph.Integers(1, -1), graph.Node("Shape", [x], Layers.Int("start", 2)))]);
        var normal = graph.Node("BatchNormalization",
            [flat, PerSample(weight), PerSample(bias), PerChannel(mean), PerChannel(variance)], Layers.Float("epsilon", epsilon));
        return graph.Node("Reshape", [normal, shape]);

        // [C] → [N·C].
        Value PerSample(Value values) => graph.Reshape(graph.Multiply(spread, values), -1);

        // [N,groups,1] in double → [N·C].
        Value PerChannel(Value values) => graph.Reshape(
            graph.Node("Expand", [graph.Cast(values, DataType.Float), graph.Integers(1, 1, channels / groups)]), -1);
    }

    // [N,groups,rows] → [N,groups,1] in double.
    private static Value MeanOfRows(this GraphBuilder graph, Value rows) => graph.Mean(graph.Cast(rows, DataType.Double), keepDimensions: true, 2);
}
