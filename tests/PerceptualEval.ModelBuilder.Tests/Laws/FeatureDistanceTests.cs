using Microsoft.ML.OnnxRuntime;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Laws;

/// <summary>The CPU's own computation of the distance against the formula, and against the distance graph that other devices run.</summary>
public sealed class FeatureDistanceTests(TestModels models) : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    // One pixel; less than a vector; vectors and four channels with a rest; several tiles; many channels, so short tiles.
    [Theory]
    [InlineData(1, 3, 1, 1, 1)]
    [InlineData(2, 5, 3, 2, 1)]
    [InlineData(1, 7, 9, 5, 1)]
    [InlineData(2, 64, 37, 59, 3)]
    [InlineData(1, 512, 13, 29, 2)]
    public void Compare_AnyShape_IsThatOfTheFormula(int batch, int channels, int height, int width, int threads)
    {
        var (a, b) = (Values(batch * channels * height * width, 1), Values(batch * channels * height * width, 2));
        var head = Values(channels, 3);

        var found = Compare(a, b, head, threads, [batch, channels, height, width]);

        for (var sample = 0; sample < batch; sample++)
        {
            var expected = Enumerable.Range(0, height * width).Average(pixel => Formula(a, b, head, height * width, (sample * channels * height * width) + pixel));
            Assert.InRange(found[sample][0] / expected, 1 - 1e-6, 1 + 1e-6);
        }
    }

    [Fact]
    public void Compare_ZerosEqualAndNotFinite_IsZeroAndNaN()
    {
        var zeros = new float[2 * 4];
        float[] values = [1, 2, 3, 4, 5, 6, 7, 1e-30f];

        Assert.Equal(0, Compare(zeros, zeros, [1, 1], 1, [1, 2, 2, 2])[0][0]);
        Assert.Equal(0, Compare(values, values, [1, 1], 1, [1, 2, 2, 2])[0][0]);
        Assert.True(double.IsNaN(Compare(values, [1, 2, 3, 4, 5, 6, 7, float.NaN], [1, 1], 1, [1, 2, 2, 2])[0][0]));
    }

    [Theory]
    [InlineData("squeeze")]
    [InlineData("alex")]
    [InlineData("vgg")]
    public void Distance_WithAndWithoutTheHeadsFile_AgreesWithinRounding(string net)
    {
        var model = models.Lpips(net);
        var withoutHeads = _folder.With(model, manifest => manifest with
        {
            Graphs = manifest.Graphs.Where(graph => graph.Key != PerceptualNetwork.HeadsRole).ToDictionary(),
        });
        using var first = Measured.Tensor(Values(2 * 3 * 70 * 65, 4), 2, 3, 70, 65);
        using var second = Measured.Tensor(Values(2 * 3 * 70 * 65, 5), 2, 3, 70, 65);

        var byKernel = Distances(model);
        var byGraph = Distances(withoutHeads);

        for (var i = 0; i < byKernel.Length; i++)
        {
            Assert.InRange(byKernel[i] / byGraph[i], 1 - 1e-6, 1 + 1e-6);
        }

        double[] Distances(Model loaded)
        {
            using var network = new PerceptualNetwork(loaded, TestModels.OneThread);
            using var a = network.Features(first);
            using var b = network.Features(second);
            return [.. network.Distance(a, b).SelectMany(distance => (double[])[distance.Total, .. distance.Layers])];
        }
    }

    [Fact]
    public void Load_HeadsOfAnotherNetwork_IsRefusedWithBothNumbers()
    {
        var other = models.Lpips("alex");
        var model = _folder.With(models.Lpips("squeeze"), manifest => manifest with
        {
            Graphs = new Dictionary<string, HashedFile>(manifest.Graphs) { [PerceptualNetwork.HeadsRole] = other.Manifest.Graphs[PerceptualNetwork.HeadsRole] },
        });
        File.Copy(Path.Combine(other.Folder, "heads.npy"), Path.Combine(model.Folder, "heads.npy"), overwrite: true);

        var message = Assert.Throws<ModelException>(() => new PerceptualNetwork(model, TestModels.OneThread)).Message;

        Assert.Contains("has 1152 weights", message, StringComparison.Ordinal);
        Assert.Contains("the 2240 channels", message, StringComparison.Ordinal);
    }

    public void Dispose() => _folder.Dispose();

    private static double[][] Compare(float[] a, float[] b, float[] head, int threads, long[] shape)
    {
        using var first = OrtValue.CreateTensorValueFromMemory(a, shape);
        using var second = OrtValue.CreateTensorValueFromMemory(b, shape);
        return new FeatureDistance([head], threads).Compare([first], [second]);
    }

    private static double Formula(float[] a, float[] b, float[] head, int plane, int start)
    {
        var (normA, normB) = (Norm(a), Norm(b));
        return head.Select((weight, channel) => weight * Math.Pow((a[start + (channel * plane)] / normA) - (b[start + (channel * plane)] / normB), 2)).Sum();

        double Norm(float[] values) => Math.Sqrt(head.Select((_, channel) => Math.Pow(values[start + (channel * plane)], 2)).Sum()) + 1e-10;
    }

    // Not negative, as features and heads are.
    private static float[] Values(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.NextSingle())];
    }
}
