using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;

namespace PerceptualEval.ModelBuilder.Onnx;

/// <summary>Nearest-neighbour doubling and the convolution after it in one, with 4/9 of the multiplications.</summary>
/// <remarks>
/// Of the three rows of doubled pixels that a 3×3 kernel sees, two always are the same row of the picture. So an output row of even number
/// is a convolution of two rows of the picture with a kernel whose second and third row are added up, one of odd number has the first and
/// second added up, and likewise the columns: four 2×2 convolutions of the small picture, whose results take turns in the large one.
/// </remarks>
internal static class UpsampledConvolution
{
    private const int Rows = 2;
    private const int Columns = 3;

    /// <summary>Doubles height and width by repeating pixels, as torch's nearest upsampling, then a 3×3 convolution with padding 1.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="x">[N,C,H,W].</param>
    /// <param name="weight">[K,C,3,3]; what is added up is added up when the graph is loaded, so the file holds the checkpoint's own kernel.</param>
    /// <param name="bias">[K]; null for none.</param>
    /// <returns>[N,K,2H,2W].</returns>
    public static Value UpsampleConv(this GraphBuilder graph, Value x, Value weight, Value? bias)
    {
        var (even, odd) = graph.Halves(weight, Rows);
        var joined = graph.Concat(Columns, PairOfRows(even, isOdd: false), PairOfRows(odd, isOdd: true));

        // [N,K,H,4W], an even row and the odd one after it, is [N,K,2H,2W].
        var width = graph.Multiply(graph.Node("Shape", [x], Layers.Int("start", 3)), graph.Integers(2));
        return graph.Node("Reshape", [joined, graph.Concat(0, graph.Integers(0, 0, -1), width)]);

        // The output rows of even or of odd number: [N,K,H,2W].
        Value PairOfRows(Value rows, bool isOdd)
        {
            var (left, right) = graph.Halves(rows, Columns);
            var columns = graph.Concat(Columns + 1, Phase(left, isOdd, isRight: false), Phase(right, isOdd, isRight: true));
            return graph.Reshape(columns, 0, 0, 0, -1);
        }

        // One of the four: [N,K,H,W,1].
        Value Phase(Value kernel, bool isOdd, bool isRight)
        {
            var (top, left) = (isOdd ? 0 : 1, isRight ? 0 : 1);
            var phase = graph.Node("Conv", bias is { } b ? [x, kernel, b] : [x, kernel],
                Layers.Ints("kernel_shape", 2, 2), Layers.Ints("pads", top, left, 1 - top, 1 - left));
            return graph.Node("Unsqueeze", [phase, graph.Integers(Columns + 1)]);
        }
    }

    // A kernel of three along an axis as the two that even and odd positions see.
    private static (Value Even, Value Odd) Halves(this GraphBuilder graph, Value kernel, int axis)
    {
        var (first, second, third) = (graph.Slice(kernel, axis, 0, 1), graph.Slice(kernel, axis, 1, 2), graph.Slice(kernel, axis, 2, 3));
        return (graph.Concat(axis, first, graph.Add(second, third)), graph.Concat(axis, graph.Add(first, second), third));
    }
}
