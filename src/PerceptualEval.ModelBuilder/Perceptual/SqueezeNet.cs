using PerceptualEval.ModelBuilder.Onnx;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;

namespace PerceptualEval.ModelBuilder.Perceptual;

/// <summary>SqueezeNet 1.1 (torchvision <c>squeezenet1_1</c>); its pools round up, which shows at most sizes.</summary>
internal sealed class SqueezeNet : BackboneNetwork
{
    // Index in torchvision's features, input channels, squeeze channels, channels of each expansion, pool before it, compared after it.
    private static readonly (int Index, int From, int Squeeze, int Expand, bool Pool, bool Compared)[] Fires =
    [
        (3, 64, 16, 64, true, false), (4, 128, 16, 64, false, true),
        (6, 128, 32, 128, true, false), (7, 256, 32, 128, false, true),
        (9, 256, 48, 192, true, true), (10, 384, 48, 192, false, true),
        (11, 384, 64, 256, false, true), (12, 512, 64, 256, false, true),
    ];

    public override string Name => "squeeze";

    public override IReadOnlyList<int> FeatureChannels { get; } = [64, 128, 256, 384, 384, 512, 512];

    // Three pools 3/2 that round up need 8 pixels after the first convolution (3/2): 8 → 4 → 2 → 1, and (8 − 1)·2 + 3. Measured in torch too.
    public override int MinimumImageSize => 17;

    public override IReadOnlyList<Value> Build(GraphBuilder graph, Checkpoint weights, Value image)
    {
        var x = ConvRelu(graph, weights, "0", image, 3, 64, kernel: 3, stride: 2);
        var features = new List<Value> { x };
        foreach (var fire in Fires)
        {
            x = fire.Pool ? graph.MaxPool(x, kernel: 3, stride: 2, ceil: true) : x;
            var squeezed = ConvRelu(graph, weights, $"{fire.Index}.squeeze", x, fire.From, fire.Squeeze, kernel: 1);
            x = graph.Concat(1,
                ConvRelu(graph, weights, $"{fire.Index}.expand1x1", squeezed, fire.Squeeze, fire.Expand, kernel: 1),
                ConvRelu(graph, weights, $"{fire.Index}.expand3x3", squeezed, fire.Squeeze, fire.Expand, kernel: 3, padding: 1));
            if (fire.Compared)
            {
                features.Add(x);
            }
        }

        return features;
    }
}
