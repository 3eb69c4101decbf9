using PerceptualEval.ModelBuilder.Onnx;

namespace PerceptualEval.ModelBuilder.Preview;

/// <summary>The small decoder that was trained to give TAEF2's images.</summary>
internal static class PreviewDecoder
{
    // TAEF2's own clamp, 3·tanh(z/3): latents far out stay within what the network has seen.
    private const float Magnitude = 3;

    // The last doubling is a rearrangement of 3·2·2 channels.
    private const int Rearranged = 2;

    /// <summary>latent [N,32,h,w] in model units → image [N,3,8h,8w], nominally in [-1,1].</summary>
    public static GraphBuilder Build(Checkpoint weights, WeightStorage storage)
    {
        var graph = new GraphBuilder("preview-decoder", storage);
        var layers = new PreviewLayers(graph, weights);
        var latent = graph.Input("latent", "N", $"{layers.InputChannels("input")}", "h", "w");
        var magnitude = graph.Constant(Magnitude);
        var x = graph.Relu(layers.Conv("input", graph.Multiply(graph.Tanh(graph.Divide(latent, magnitude)), magnitude)));
        x = layers.Blocks("blocks8", x);
        x = layers.Blocks("blocks4", graph.Relu(layers.Conv("up4", graph.UpsampleNearest2x(x))));
        x = layers.Blocks("blocks2", graph.Relu(layers.Conv("up2", graph.UpsampleNearest2x(x))));
        x = graph.Node("DepthToSpace", [layers.Conv("output", x)], Layers.Int("blocksize", Rearranged), Layers.Text("mode", "CRD"));
        graph.Output("image", x, "N", "3", "H", "W");
        return graph;
    }
}
