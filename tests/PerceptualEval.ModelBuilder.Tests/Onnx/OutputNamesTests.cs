using Microsoft.ML.OnnxRuntime;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.ModelBuilder.Onnx.Proto;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Onnx;

public sealed class OutputNamesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Save_OutputThatTheGraphUses_IsNotCopied()
    {
        var graph = new GraphBuilder("chain");
        var x = graph.Input("x", "N");
        var first = graph.Add(x, graph.Constant(1));
        graph.Output("first", first, "N");
        graph.Output("second", graph.Add(first, first), "N");

        Assert.Equal(["Add", "Add"], OperatorsOf(graph));
        Assert.Equal([3, 6], Run(2, "first", "second"));
    }

    [Fact]
    public void Save_ValueOfTwoOutputsAndInput_KeepTheirNames()
    {
        var graph = new GraphBuilder("same");
        var x = graph.Input("x", "N");
        var sum = graph.Add(x, graph.Constant(1));
        graph.Output("a", sum, "N");
        graph.Output("b", sum, "N");
        graph.Output("c", x, "N");

        Assert.Equal(["Add", "Identity", "Identity"], OperatorsOf(graph));
        Assert.Equal([3, 3, 2], Run(2, "a", "b", "c"));
    }

    [Fact]
    public void Save_OutputThatABodySees_IsRenamedThereToo()
    {
        var graph = new GraphBuilder("body");
        var x = graph.Input("x", "N");
        var sum = graph.Add(x, graph.Constant(1));
        graph.Output("sum", sum, "N");
        graph.Output("scanned", graph.Scan(x, (body, slice) => body.Add(slice, sum)), "N", "1");

        OperatorsOf(graph);

        Assert.Equal([3, 5], Run(2, "sum", "scanned"));
    }

    private string[] OperatorsOf(GraphBuilder graph)
    {
        graph.Save(_folder["graph.onnx"]);
        return [.. ModelProto.Parser.ParseFrom(File.ReadAllBytes(_folder["graph.onnx"])).Graph.Node.Select(node => node.OpType)];
    }

    private float[] Run(float value, params string[] outputs)
    {
        using var session = new InferenceSession(_folder["graph.onnx"]);
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(new[] { value }, [1]);
        using var results = session.Run(options, ["x"], [input], outputs);
        return [.. results.Select(result => result.GetTensorDataAsSpan<float>()[0])];
    }
}
