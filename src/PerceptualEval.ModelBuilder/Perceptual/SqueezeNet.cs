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

    public override IReadOnlyList<Value> Build(GraphBuilder graph, Checkpoint weights, Value image, InputScaling? scaling)
    {
        Value[] parts = [FirstConvRelu(graph, weights, image, scaling, 64, kernel: 3, stride: 2)];
        var features = new List<Value> { parts[0] };
        foreach (var fire in Fires)
        {
            parts = fire.Pool ? [.. parts.Select(part => graph.MaxPool(part, kernel: 3, stride: 2, ceil: true))] : parts;
            var squeezed = graph.Relu(Squeeze(graph, weights, $"{fire.Index}.squeeze", parts, fire.From, fire.Squeeze));
            parts =
            [
                ConvRelu(graph, weights, $"{fire.Index}.expand1x1", squeezed, fire.Squeeze, fire.Expand, kernel: 1),
                ConvRelu(graph, weights, $"{fire.Index}.expand3x3", squeezed, fire.Squeeze, fire.Expand, kernel: 3, padding: 1),
            ];
            if (fire.Compared)
            {
                parts = [graph.Concat(1, parts)];
                features.Add(parts[0]);
            }
        }

        return features;
    }

    // A 1×1 convolution of what the expansions gave. Where nothing else wants them joined, it takes them one by one and adds up, which
    // the runtime does within the second convolution.
    private static Value Squeeze(GraphBuilder graph, Checkpoint weights, string name, Value[] parts, int from, int to)
    {
        var weight = weights.Weights(graph, $"{name}.weight", to, from, 1, 1);
        var bias = weights.Weights(graph, $"{name}.bias", to);
        if (parts is [var whole])
        {
            return graph.Conv(whole, weight, bias, kernel: 1);
        }

        var half = from / 2;
        return graph.Add(
            graph.Conv(parts[0], graph.Slice(weight, 1, 0, half), bias, kernel: 1),
            graph.Conv(parts[1], graph.Slice(weight, 1, half, from), null, kernel: 1));
    }
}
