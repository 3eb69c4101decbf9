using PerceptualEval.ModelBuilder.Onnx;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;

namespace PerceptualEval.ModelBuilder.Perceptual;

/// <summary>VGG-16 (torchvision <c>vgg16</c>), the last ReLU of each of its five blocks.</summary>
internal sealed class Vgg16 : BackboneNetwork
{
    // Per block: channels, and the indices of its convolutions in torchvision's features.
    private static readonly (int Channels, int[] Convolutions)[] Blocks =
    [
        (64, [0, 2]), (128, [5, 7]), (256, [10, 12, 14]), (512, [17, 19, 21]), (512, [24, 26, 28]),
    ];

    public override string Name => "vgg";

    public override IReadOnlyList<int> FeatureChannels { get; } = [.. Blocks.Select(block => block.Channels)];

    // Four pools halve the image, each rounding down. Measured in torch too.
    public override int MinimumImageSize => 16;

    public override IReadOnlyList<Value> Build(GraphBuilder graph, Checkpoint weights, Value image, InputScaling? scaling)
    {
        var (x, channels) = (image, 3);
        var features = new List<Value>();
        foreach (var block in Blocks)
        {
            x = features.Count > 0 ? graph.MaxPool(x, kernel: 2, stride: 2) : x;
            foreach (var index in block.Convolutions)
            {
                x = index == 0
                    ? FirstConvRelu(graph, weights, x, scaling, block.Channels, kernel: 3, padding: 1)
                    : ConvRelu(graph, weights, $"{index}", x, channels, block.Channels, kernel: 3, padding: 1);
                channels = block.Channels;
            }

            features.Add(x);
        }

        return features;
    }
}
