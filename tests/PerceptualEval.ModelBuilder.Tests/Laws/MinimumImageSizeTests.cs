using PerceptualEval.Inference;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Laws;

/// <summary>The smallest image side of each network, measured: it works there, and one pixel less leaves a layer without a pixel.</summary>
public sealed class MinimumImageSizeTests(TestModels models)
{
    public static TheoryData<string, int> Minimums => new() { { "squeeze", 17 }, { "alex", 31 }, { "vgg", 16 } };

    [Theory]
    [MemberData(nameof(Minimums))]
    public void Distance_SmallestImages_AreScored(string net, int minimum)
    {
        var model = models.Lpips(net);
        var network = models.Load(model);
        using var image = Measured.Tensor(FormulaTensors.Image("minimum", 2, minimum, minimum), 2, 3, minimum, minimum);
        using var swapped = LatentPairs.Pick(image, 1, 0);
        using var a = network.Features(image);
        using var b = network.Features(swapped);

        Assert.Equal(minimum, model.Manifest.MinimumImageSize);
        Assert.All(network.Distance(a, b), distance => Assert.InRange(distance.Total, 0.01, 2));
        Assert.All(network.Distance(a, b), distance => Assert.All(distance.Layers, layer => Assert.InRange(layer, 1e-5, 2)));
        Assert.All(network.Distance(a, a), distance => Assert.Equal(0, distance.Total));
    }

    [Theory]
    [MemberData(nameof(Minimums))]
    public void Features_OnePixelLess_AreRefusedWithTheMinimum(string net, int minimum)
    {
        var network = models.Load(models.Lpips(net));
        foreach (var (height, width) in new[] { (minimum - 1, minimum), (minimum, minimum - 1), (1, 1) })
        {
            using var image = Measured.Tensor(FormulaTensors.Image("minimum", 1, height, width), 1, 3, height, width);

            var exception = Assert.Throws<ArgumentException>(() => network.Features(image));

            Assert.Contains($"[1,3,{height},{width}]", exception.Message, StringComparison.Ordinal);
            Assert.Contains($"at least {minimum} pixels", exception.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Minimums))]
    public void LayerSizes_OnePixelLess_LeaveALayerWithoutPixels(string net, int minimum)
    {
        Assert.All(LayerSizes(net, minimum), size => Assert.InRange(size, 1, minimum));
        Assert.Equal(0, LayerSizes(net, minimum - 1)[^1]);
    }

    // ONNX Runtime (1.31) does not refuse these images as torch does: its max pool makes up a pixel, and the score looks like any other.
    // SqueezeNet's last pool even divides by zero there and ends the process. So it is the manifest's minimum that has to be right.
    [Theory]
    [InlineData("alex", 31)]
    [InlineData("vgg", 16)]
    public void Graph_OnePixelLess_HasALastLayerThatTheNetworkDoesNot(string net, int minimum)
    {
        using var folder = new TemporaryFolder();
        using var network = new PerceptualNetwork(folder.WithMinimum(models.Lpips(net), 1), TestModels.OneThread);
        using var image = Measured.Tensor(FormulaTensors.Image("minimum", 1, minimum - 1, minimum), 1, 3, minimum - 1, minimum);

        using var features = network.Features(image);

        Assert.Equal(1, features.Values[^1].GetTensorTypeAndShape().Shape[2]);
        Assert.Equal(0, LayerSizes(net, minimum - 1)[^1]);
    }

    // Twin of the graphs' sizes: torch's rule for the layers that shrink the image (kernel, stride, padding, rounding up).
    private static List<int> LayerSizes(string net, int size)
    {
        (int Kernel, int Stride, int Padding, bool Up)[] layers = net switch
        {
            "squeeze" => [(3, 2, 0, false), (3, 2, 0, true), (3, 2, 0, true), (3, 2, 0, true)],
            "alex" => [(11, 4, 2, false), (3, 2, 0, false), (3, 2, 0, false)],
            _ => [(2, 2, 0, false), (2, 2, 0, false), (2, 2, 0, false), (2, 2, 0, false)],
        };
        var sizes = new List<int>();
        foreach (var (kernel, stride, padding, up) in layers)
        {
            size = (int)Math.Floor((size + (2 * padding) - kernel + (up ? stride - 1 : 0)) / (double)stride) + 1;
            sizes.Add(size);
        }

        return sizes;
    }
}
