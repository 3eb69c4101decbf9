using Microsoft.ML.OnnxRuntime;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Onnx;

public class GroupNormTests
{
    private const float Epsilon = 1e-3f;

    // The last one is a group of a million values, as large pictures have: adding them up in one float32 run is off by 1e-4.
    [Theory]
    [InlineData(2, 6, 3, 5, 7)]
    [InlineData(1, 4, 4, 1, 1)]
    [InlineData(1, 2, 1, 512, 1024)]
    public void GroupNorm_AnyShape_IsThatOfTheFormula(int batch, int channels, int groups, int height, int width)
    {
        var random = new Random(1);
        var values = new float[batch * channels * height * width];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(1 + (4 * random.NextDouble()));
        }

        float[] weight = [.. Enumerable.Range(1, channels).Select(i => i / 4f)];
        float[] bias = [.. Enumerable.Range(1, channels).Select(i => i / 8f)];

        var found = Run(values, weight, bias, groups, [batch, channels, height, width]);

        var plane = height * width;
        var group = channels / groups * plane;
        for (var start = 0; start < values.Length; start += group)
        {
            var (mean, variance) = Moments(values.AsSpan(start, group));
            for (var i = start; i < start + group; i++)
            {
                var channel = i / plane % channels;
                var expected = ((values[i] - mean) / Math.Sqrt(variance + Epsilon) * weight[channel]) + bias[channel];
                Assert.Equal(expected, found[i], 4e-6);
            }
        }
    }

    private static (double Mean, double Variance) Moments(ReadOnlySpan<float> values)
    {
        var (sum, squares) = (0.0, 0.0);
        foreach (var value in values)
        {
            sum += value;
        }

        var mean = sum / values.Length;
        foreach (var value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        return (mean, squares / values.Length);
    }

    private static float[] Run(float[] values, float[] weight, float[] bias, int groups, long[] shape)
    {
        using var folder = new TemporaryFolder();
        var graph = new GraphBuilder("norm");
        var channels = weight.Length;
        var x = graph.Input("x", "N", $"{channels}", "H", "W");
        graph.Output("y", graph.GroupNorm(x, graph.Constant(weight, channels), graph.Constant(bias, channels), channels, groups, Epsilon), "N", $"{channels}", "H", "W");
        graph.Save(folder["norm.onnx"]);

        using var session = new InferenceSession(folder["norm.onnx"]);
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(values, shape);
        using var outputs = session.Run(options, ["x"], [input], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
