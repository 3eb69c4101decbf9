using PerceptualEval.ModelBuilder.Onnx;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;

namespace PerceptualEval.ModelBuilder.Preview;

/// <summary>What the preview networks are made of (<c>tools/preview/students.py</c>); parameters by the names they have there.</summary>
internal sealed class PreviewLayers(GraphBuilder graph, Checkpoint weights)
{
    // students.py, Pooled: GroupNorm(4, …) with torch's default epsilon.
    private const int PoolGroups = 4;
    private const float PoolEpsilon = 1e-5f;

    /// <summary>The output channels of a convolution; 0 where there is none.</summary>
    public int OutputChannels(string name) => Dimension(name, 0);

    /// <summary>The input channels of a convolution; 0 where there is none.</summary>
    public int InputChannels(string name) => Dimension(name, 1);

    /// <summary>A convolution that keeps the size (kernel 3), or halves it (kernel 4, stride 2); padded by 1.</summary>
    public Value Conv(string name, Value x, int kernel = 3, int stride = 1)
    {
        var (from, to) = (InputChannels(name), OutputChannels(name));
        return graph.Conv(x, weights.Weights(graph, $"{name}.weight", to, from, kernel, kernel), weights.Weights(graph, $"{name}.bias", to), kernel, stride, padding: 1);
    }

    /// <summary>The residual blocks <c>name.0</c>, <c>name.1</c> …, as many as there are.</summary>
    public Value Blocks(string name, Value x)
    {
        for (var i = 0; InputChannels($"{name}.{i}.conv1") > 0; i++)
        {
            x = Block($"{name}.{i}", x);
        }

        return x;
    }

    // Two convolutions with a skip; with a branch before them that is normalised over the whole picture, where the checkpoint has one.
    private Value Block(string name, Value x)
    {
        using var scope = graph.Scope(name);
        x = weights.ShapeOf($"{name}.pool.0.weight") is null ? x : graph.Add(x, Pool($"{name}.pool", x));
        var y = Conv($"{name}.conv2", graph.Relu(Conv($"{name}.conv1", x)));
        return graph.Relu(graph.Add(x, y));
    }

    private Value Pool(string name, Value x)
    {
        var (width, inner) = (InputChannels($"{name}.0"), OutputChannels($"{name}.0"));
        var y = graph.Conv(x, weights.Weights(graph, $"{name}.0.weight", inner, width, 1, 1), null, kernel: 1);
        y = graph.GroupNorm(y, weights.Weights(graph, $"{name}.1.weight", inner), weights.Weights(graph, $"{name}.1.bias", inner), inner, PoolGroups, PoolEpsilon);
        return graph.Conv(graph.Relu(y), weights.Weights(graph, $"{name}.3.weight", width, inner, 1, 1), null, kernel: 1);
    }

    private int Dimension(string name, int dimension) =>
        weights.ShapeOf($"{name}.weight") is { Rank: 4 } shape ? (int)Math.Min(shape[dimension], int.MaxValue) : 0;
}
