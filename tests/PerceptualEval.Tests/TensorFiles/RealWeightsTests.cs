using PerceptualEval.TensorFiles;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.TensorFiles;

/// <summary>The public weight files of the shared folder. The sums are torch's, accumulated in float64 over all tensors.</summary>
public sealed class RealWeightsTests
{
    [Theory]
    [InlineData("lpips-v0.0-alex.pth", "lin0.model.1.weight [1,64,1,1] Float32", "lin4.model.1.weight [1,256,1,1] Float32", 1152, 65.50602128446769, 3155.2105221275538)]
    [InlineData("lpips-v0.0-squeeze.pth", "lin0.model.1.weight [1,64,1,1] Float32", "lin6.model.1.weight [1,512,1,1] Float32", 2240, 104.92856640435657, 5124.255289745233)]
    [InlineData("lpips-v0.0-vgg.pth", "lin0.model.1.weight [1,64,1,1] Float32", "lin4.model.1.weight [1,512,1,1] Float32", 1472, 52.52065325292308, 2545.2583999651683)]
    [InlineData("lpips-v0.1-alex.pth", "lin0.model.1.weight [1,64,1,1] Float32", "lin4.model.1.weight [1,256,1,1] Float32", 1152, 105.2753545809201, 5109.7903819541)]
    [InlineData("lpips-v0.1-squeeze.pth", "lin0.model.1.weight [1,64,1,1] Float32", "lin6.model.1.weight [1,512,1,1] Float32", 2240, 173.4387181383333, 8428.31636383437)]
    [InlineData("lpips-v0.1-vgg.pth", "lin0.model.1.weight [1,64,1,1] Float32", "lin4.model.1.weight [1,512,1,1] Float32", 1472, 131.85550854727626, 6453.996476453729)]
    [InlineData("squeezenet1_1-features.pth", "0.weight [64,3,3,3] Float32", "12.expand3x3.bias [256] Float32", 722496, -1110.7848376851655, -55705.61936129809)]
    [InlineData("taef2_decoder.pth", "1.weight [64,32,3,3] Float16", "19.bias [3] Float16", 1338499, -627.3743234872818, -33529.66085970402)]
    [InlineData("taef2_encoder.pth", "0.weight [64,3,3,3] Float16", "14.bias [32] Float16", 1338528, 251.84707695245743, 6854.14792072773)]
    public void Read_AllTensors_HaveTheValuesThatTorchReads(string name, string first, string last, long count, double sum, double weighted)
    {
        using var file = TensorFile.Open(SharedFolder.Require("models", name));

        long values = 0;
        var total = 0d;
        var weightedTotal = 0d;
        foreach (var entry in file.Tensors)
        {
            using var buffer = file.Read(entry);
            foreach (var value in buffer.Span)
            {
                // The weights make an exchange of two values show.
                total += value;
                weightedTotal += (double)value * (values % 101);
                values++;
            }
        }

        Assert.Equal("torch", file.Format);
        Assert.Equal(first, $"{file.Tensors[0].Name} {file.Tensors[0].Shape} {file.Tensors[0].Type}");
        Assert.Equal(last, $"{file.Tensors[^1].Name} {file.Tensors[^1].Shape} {file.Tensors[^1].Type}");
        Assert.Equal(count, values);

        // The order of summation moves the last digits; one wrong weight moves more than 1e-6.
        Assert.Equal(sum, total, 1e-7 * Math.Max(1, Math.Abs(sum)));
        Assert.Equal(weighted, weightedTotal, 1e-7 * Math.Max(1, Math.Abs(weighted)));
    }
}
