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
    /// <param name="image">[N,3,H,W], normalised as the network was trained.</param>
    /// <returns>The layers that are compared, in order.</returns>
    public abstract IReadOnlyList<Value> Build(GraphBuilder graph, Checkpoint weights, Value image);

    /// <summary>The parameter name for a key of a whole torchvision model or of its <c>features</c>.</summary>
    public static string? ParameterName(string key) =>
        key.StartsWith("features.", StringComparison.Ordinal) ? key["features.".Length..]
        : key.StartsWith("classifier.", StringComparison.Ordinal) ? null
        : key;

    /// <summary>A convolution with bias and the ReLU after it.</summary>
    protected static Value ConvRelu(GraphBuilder graph, Checkpoint weights, string name, Value x, int from, int to, int kernel, int stride = 1, int padding = 0) =>
        graph.Relu(graph.Conv(x, weights.Weights(graph, $"{name}.weight", to, from, kernel, kernel), weights.Weights(graph, $"{name}.bias", to), kernel, stride, padding));
}
