using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Onnx;

/// <summary>The graph that the engine, which can't build graphs, brings along: src/PerceptualEval/Inference/finite.onnx is what Save writes here.</summary>
public sealed class FiniteGraphTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Resource_IsWhatTheBuilderWrites()
    {
        var graph = new GraphBuilder("finite");
        var images = graph.Input("images", "N", "C", "H", "W");
        graph.Output("zeros", graph.Sum(graph.Subtract(images, images), keepDimensions: false, 1, 2, 3), "N");
        graph.Save(_folder[FiniteCheck.Graph]);

        using var resource = typeof(FiniteCheck).Assembly.GetManifestResourceStream(FiniteCheck.Graph)!;
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);

        Assert.Equal(File.ReadAllBytes(_folder[FiniteCheck.Graph]), bytes.ToArray());
    }
}
