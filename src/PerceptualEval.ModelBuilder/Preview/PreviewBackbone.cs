using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.ModelBuilder.Perceptual;
using static PerceptualEval.ModelBuilder.Onnx.GraphBuilder;

namespace PerceptualEval.ModelBuilder.Preview;

/// <summary>The small network whose LPIPS distances were trained to be LPIPS-squeeze's: six convolutions, all but the first compared.</summary>
internal sealed class PreviewBackbone : BackboneNetwork
{
    private static readonly int[] Channels = [16, 16, 32, 48, 64, 64];

    public override string Name => "preview";

    public override IReadOnlyList<int> FeatureChannels { get; } = Channels[1..];

    // Any size will do for the padded layers; below 16 pixels the deepest ones are a single cell, of which no training image was.
    public override int MinimumImageSize => 16;

    public override IReadOnlyList<Value> Build(GraphBuilder graph, Checkpoint weights, Value image, InputScaling? scaling)
    {
        if (scaling is not null)
        {
            throw new ArgumentException("the preview network was trained on images in [-1,1] as they are; it takes no scaling.", nameof(scaling));
        }

        var (x, from) = (image, 3);
        var features = new List<Value>();
        for (var layer = 0; layer < Channels.Length; layer++)
        {
            var to = Channels[layer];

            // Overlapping maxima before most layers, as in SqueezeNet; the fifth has the size of the fourth.
            x = layer is 1 or 2 or 3 or 5 ? graph.MaxPool(x, kernel: 3, stride: 2, padding: 1) : x;
            x = ConvRelu(graph, weights, $"convs.{layer}", x, from, to, kernel: 3, stride: layer == 0 ? 2 : 1, padding: 1);
            features.Add(x);
            from = to;
        }

        // At half the picture's size the first has more values to compare than all the others together.
        return features[1..];
    }
}
