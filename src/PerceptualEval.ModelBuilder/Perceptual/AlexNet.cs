using PerceptualEval.ModelBuilder.Onnx;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;

namespace PerceptualEval.ModelBuilder.Perceptual;

/// <summary>AlexNet (torchvision <c>alexnet</c>), all five ReLUs.</summary>
internal sealed class AlexNet : BackboneNetwork
{
    public override string Name => "alex";

    public override IReadOnlyList<int> FeatureChannels { get; } = [64, 192, 384, 256, 256];

    // Two pools 3/2 need 7 pixels after the first convolution (11/4, padding 2): (7 − 1)·4 + 11 − 4. Measured in torch too.
    public override int MinimumImageSize => 31;

    public override IReadOnlyList<Value> Build(GraphBuilder graph, Checkpoint weights, Value image, InputScaling? scaling)
    {
        var relu1 = FirstConvRelu(graph, weights, image, scaling, 64, kernel: 11, stride: 4, padding: 2);
        var relu2 = ConvRelu(graph, weights, "3", graph.MaxPool(relu1, kernel: 3, stride: 2), 64, 192, kernel: 5, padding: 2);
        var relu3 = ConvRelu(graph, weights, "6", graph.MaxPool(relu2, kernel: 3, stride: 2), 192, 384, kernel: 3, padding: 1);
        var relu4 = ConvRelu(graph, weights, "8", relu3, 384, 256, kernel: 3, padding: 1);
        var relu5 = ConvRelu(graph, weights, "10", relu4, 256, 256, kernel: 3, padding: 1);
        return [relu1, relu2, relu3, relu4, relu5];
    }
}
