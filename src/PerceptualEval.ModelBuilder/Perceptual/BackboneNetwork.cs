using System.Runtime.InteropServices;
using PerceptualEval.ModelBuilder.Onnx;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;

namespace PerceptualEval.ModelBuilder.Perceptual;

/// <summary>A torchvision classifier's convolutional part, with the layers that LPIPS compares.</summary>
internal abstract class BackboneNetwork
{
    /// <summary>The name that LPIPS gives it: squeeze, alex, vgg.</summary>
    public abstract string Name { get; }

    /// <summary>The channels of each layer that is compared, in order.</summary>
    public abstract IReadOnlyList<int> FeatureChannels { get; }

    /// <summary>The smallest image side for which every layer has at least one pixel.</summary>
    public abstract int MinimumImageSize { get; }

    /// <summary>The backbones by name.</summary>
    public static IReadOnlyList<BackboneNetwork> All { get; } = [new SqueezeNet(), new AlexNet(), new Vgg16()];

    /// <summary>Adds the network to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="weights">The checkpoint, parameters named as in torchvision's <c>features</c>.</param>
    /// <param name="image">[N,3,H,W] in [-1,1].</param>
    /// <param name="scaling">What normalises the image as the network was trained; null to take it as it is.</param>
    /// <returns>The layers that are compared, in order.</returns>
    public abstract IReadOnlyList<Value> Build(GraphBuilder graph, Checkpoint weights, Value image, InputScaling? scaling);

    /// <summary>The parameter name for a key of a whole torchvision model or of its <c>features</c>.</summary>
    public static string? ParameterName(string key) =>
        key.StartsWith("features.", StringComparison.Ordinal) ? key["features.".Length..]
        : key.StartsWith("classifier.", StringComparison.Ordinal) ? null
        : key;

    /// <summary>A convolution with bias and the ReLU after it.</summary>
    protected static Value ConvRelu(GraphBuilder graph, Checkpoint weights, string name, Value x, int from, int to, int kernel, int stride = 1, int padding = 0) =>
        graph.Relu(graph.Conv(x, weights.Weights(graph, $"{name}.weight", to, from, kernel, kernel), weights.Weights(graph, $"{name}.bias", to), kernel, stride, padding));

    /// <summary>The first convolution and the ReLU after it; it takes the normalisation of the image into its weights, as far as that is exact.</summary>
    protected static Value FirstConvRelu(
        GraphBuilder graph, Checkpoint weights, Value image, InputScaling? scaling, int to, int kernel, int stride = 1, int padding = 0)
    {
        if (scaling is null)
        {
            return ConvRelu(graph, weights, "0", image, 3, to, kernel, stride, padding);
        }

        var weight = weights.Values("0.weight", to, 3, kernel, kernel);
        var bias = weights.Values("0.bias", to);
        scaling.DivideWeights(weight, kernel);
        if (padding > 0)
        {
            // The border is zero after the shift: only what has no border can have the shift in its bias.
            image = graph.Subtract(image, graph.Constant(scaling.Shift, 1, 3, 1, 1));
        }
        else
        {
            scaling.ShiftBias(weight, bias, kernel);
        }

        return graph.Relu(graph.Conv(image,
            graph.Weights("0.weight", [to, 3, kernel, kernel], MemoryMarshal.AsBytes<float>(weight).ToArray()),
            graph.Weights("0.bias", [to], MemoryMarshal.AsBytes<float>(bias).ToArray()), kernel, stride, padding));
    }
}
