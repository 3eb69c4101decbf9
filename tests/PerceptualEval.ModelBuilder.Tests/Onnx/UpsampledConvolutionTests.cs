using Microsoft.ML.OnnxRuntime;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Onnx;

public class UpsampledConvolutionTests
{
    private const int From = 3;
    private const int To = 2;

    // A picture of one pixel is all border.
    [Theory]
    [InlineData(2, 4, 5, true)]
    [InlineData(1, 3, 1, false)]
    [InlineData(1, 1, 1, true)]
    public void UpsampleConv_AnyShape_IsThatOfTheFormula(int batch, int height, int width, bool hasBias)
    {
        var (values, weight) = (Wave(batch * From * height * width, 1), Wave(To * From * 9, 2));
        float[]? bias = hasBias ? [0.5f, -2] : null;

        var found = Run(values, [batch, From, height, width], weight, bias);

        Assert.Equal(batch * To * 4 * height * width, found.Length);
        for (var i = 0; i < found.Length; i++)
        {
            var (column, row) = (i % (2 * width), i / (2 * width) % (2 * height));
            var (output, sample) = (i / (4 * height * width) % To, i / (4 * height * width * To));
            double expected = bias is null ? 0 : bias[output];
            for (var tap = 0; tap < From * 9; tap++)
            {
                var (y, x) = (row + (tap / 3 % 3) - 1, column + (tap % 3) - 1);
                if (y >= 0 && y < 2 * height && x >= 0 && x < 2 * width)
                {
                    expected += (double)weight[(output * From * 9) + tap] * values[(((((sample * From) + (tap / 9)) * height) + (y / 2)) * width) + (x / 2)];
                }
            }

            // 27 products of about 1 in float32; a wrong tap or a row in the wrong place is off by 0.1 and more.
            Assert.Equal(expected, found[i], 4e-6);
        }
    }

    private static float[] Wave(int length, int frequency) => [.. Enumerable.Range(0, length).Select(i => (float)Math.Sin(frequency + (i * 0.7391 * frequency)))];

    private static float[] Run(float[] values, long[] shape, float[] weight, float[]? bias)
    {
        using var folder = new TemporaryFolder();
        var graph = new GraphBuilder("upsample");
        var x = graph.Input("x", "N", $"{From}", "H", "W");
        GraphBuilder.Value? offset = bias is null ? null : graph.Constant(bias, To);
        graph.Output("y", graph.UpsampleConv(x, graph.Constant(weight, To, From, 3, 3), offset), "N", $"{To}", "H2", "W2");
        graph.Save(folder["upsample.onnx"]);

        using var session = new InferenceSession(folder["upsample.onnx"]);
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(values, shape);
        using var outputs = session.Run(options, ["x"], [input], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
