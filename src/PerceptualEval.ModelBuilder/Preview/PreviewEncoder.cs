using PerceptualEval.ModelBuilder.Onnx;

namespace PerceptualEval.ModelBuilder.Preview;

/// <summary>The small encoder that was trained to give TAEF2's latents.</summary>
internal static class PreviewEncoder
{
    /// <summary>image [N,3,8h,8w] in [-1,1] → latent [N,32,h,w] in model units.</summary>
    public static GraphBuilder Build(Checkpoint weights, WeightStorage storage)
    {
        var graph = new GraphBuilder("preview-encoder", storage);
        var layers = new PreviewLayers(graph, weights);
        var x = graph.Input("image", "N", "3", "H", "W");
        foreach (var factor in (string[])["2", "4", "8"])
        {
            x = layers.Blocks($"blocks{factor}", graph.Relu(layers.Conv($"down{factor}", x, kernel: 4, stride: 2)));
        }

        graph.Output("latent", layers.Conv("output", x), "N", $"{layers.OutputChannels("output")}", "h", "w");
        return graph;
    }
}
