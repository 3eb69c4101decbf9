using Microsoft.ML.OnnxRuntime;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Onnx;

public class ChunkedAttentionTests
{
    private const int Channels = 3;

    // 512 queries are one chunk.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 511)]
    [InlineData(1, 512)]
    [InlineData(2, 513)]
    [InlineData(1, 1100)]
    public void Attention_AnyNumberOfTokens_IsThatOfTheFormula(int batch, int tokens)
    {
        float[] query = Wave(batch * tokens * Channels, 1), key = Wave(batch * tokens * Channels, 2), value = Wave(batch * tokens * Channels, 3);

        var found = Run(batch, tokens, query, key, value);

        for (var sample = 0; sample < batch; sample++)
        {
            for (var i = 0; i < tokens; i++)
            {
                var at = sample * tokens * Channels;
                var scores = Enumerable.Range(0, tokens).Select(j => Math.Exp(Enumerable.Range(0, Channels)
                    .Sum(c => (double)query[at + (i * Channels) + c] * key[at + (c * tokens) + j]) / Math.Sqrt(Channels))).ToArray();
                for (var c = 0; c < Channels; c++)
                {
                    var expected = scores.Select((score, j) => score * value[at + (j * Channels) + c]).Sum() / scores.Sum();

                    // A thousand float32 products of about 1 add up to within a few 1e-6; a query in the wrong place is off by 0.1.
                    Assert.Equal(expected, found[at + (i * Channels) + c], 1e-5);
                }
            }
        }
    }

    private static float[] Wave(int length, int frequency) => [.. Enumerable.Range(0, length).Select(i => (float)(2 * Math.Sin(frequency + (i * 0.7391 * frequency))))];

    private static float[] Run(int batch, int tokens, float[] query, float[] key, float[] value)
    {
        using var folder = new TemporaryFolder();
        var graph = new GraphBuilder("attention");
        var q = graph.Input("q", "N", "T", $"{Channels}");
        var k = graph.Input("k", "N", $"{Channels}", "T");
        var v = graph.Input("v", "N", "T", $"{Channels}");
        graph.Output("y", graph.Attention(q, k, v, Channels), "N", "T", $"{Channels}");
        graph.Save(folder["attention.onnx"]);

        using var session = new InferenceSession(folder["attention.onnx"]);
        using var options = new RunOptions();
        using var queries = OrtValue.CreateTensorValueFromMemory(query, [batch, tokens, Channels]);
        using var keys = OrtValue.CreateTensorValueFromMemory(key, [batch, Channels, tokens]);
        using var values = OrtValue.CreateTensorValueFromMemory(value, [batch, tokens, Channels]);
        using var outputs = session.Run(options, ["q", "k", "v"], [queries, keys, values], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
