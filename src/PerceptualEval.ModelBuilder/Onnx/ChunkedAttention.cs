using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;

namespace PerceptualEval.ModelBuilder.Onnx;

/// <summary>Attention whose memory grows with the number of tokens, not with its square: queries are taken a chunk at a time.</summary>
internal static class ChunkedAttention
{
    // Scores of one chunk against 16,384 tokens (a 1024-pixel picture at 1/8) take 32 MiB; smaller chunks make the matrix products slower.
    private const int LargestChunk = 512;

    /// <summary>softmax(q·kᵀ / √C)·v with one head. Every query's result is the same whatever its chunk is.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="query">[N,T,C].</param>
    /// <param name="key">[N,C,T].</param>
    /// <param name="value">[N,T,C].</param>
    /// <param name="channels">C.</param>
    /// <returns>[N,T,C].</returns>
    public static Value Attention(this GraphBuilder graph, Value query, Value key, Value value, int channels)
    {
        // K chunks of equal length, as few as possible: K = ⌈T/largest⌉ of ⌈T/K⌉ queries. At most K − 1 rows of padding come off again.
        var tokens = graph.Node("Shape", [query], Layers.Int("start", 1), Layers.Int("end", 2));
        var count = graph.DivideRoundingUp(tokens, graph.Integers(LargestChunk));
        var length = graph.DivideRoundingUp(tokens, count);
        var padding = graph.Subtract(graph.Multiply(count, length), tokens);
        var zero = graph.Integers(0);
        var scaled = graph.Multiply(query, graph.Constant(1 / MathF.Sqrt(channels)));
        var padded = graph.Node("Pad", [scaled, graph.Concat(0, zero, zero, zero, zero, padding, zero)]);
        var chunks = graph.Node("Reshape", [padded, graph.Concat(0, zero, count, length, graph.Integers(channels))]);
        var attended = graph.Scan(graph.Transpose(chunks, 1, 0, 2, 3), (body, chunk) =>
            body.Node("MatMul", [body.Node("Softmax", [body.Node("MatMul", [chunk, key])], Layers.Int("axis", -1)), value]));
        var joined = graph.Reshape(graph.Transpose(attended, 1, 0, 2, 3), 0, -1, channels);
        return graph.Node("Slice", [joined, zero, tokens, graph.Integers(1)]);
    }

    private static Value DivideRoundingUp(this GraphBuilder graph, Value a, Value b) =>
        graph.Divide(graph.Subtract(graph.Add(a, b), graph.Integers(1)), b);
}
