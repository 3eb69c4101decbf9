using System.Runtime.InteropServices;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;
using PerceptualEval.TestSupport;

namespace PerceptualEval.ModelBuilder.Tests.Building;

/// <summary>A decoder that overflows float16 on latents from 1.1 on, between two products, though its images are small.</summary>
internal static class OverflowingDecoder
{
    /// <summary>Builds it into a folder: the first three of four channels in twice the size, times 6e4 and then 1e-5.</summary>
    public static Model Build(TemporaryFolder folder)
    {
        var graph = new GraphBuilder("overflowing");
        var large = graph.UpsampleConv(graph.Input("latent", "N", "4", "h", "w"), Diagonal(graph, "up", (3, 4), kernel: 3, 6e4f), null);
        graph.Output("image", graph.Conv(large, Diagonal(graph, "down", (3, 3), kernel: 1, 1e-5f), null, kernel: 1), "N", "3", "H", "W");
        Directory.CreateDirectory(folder["overflowing"]);
        graph.Save(folder["overflowing/decoder.onnx"]);
        new ModelManifest
        {
            Name = "overflowing",
            Kind = ModelKind.Decoder,
            Architecture = "two products",
            Latent = new LatentSpace { Channels = 4, SpatialFactor = 2, Units = LatentUnits.Raw },
            Graphs = new Dictionary<string, HashedFile> { ["decoder"] = new("decoder.onnx", Model.HashFile(folder["overflowing/decoder.onnx"])) },
        }.Save(folder["overflowing/manifest.json"]);
        return Model.Open(folder["overflowing"]);
    }

    // A convolution that multiplies each channel.
    private static GraphBuilder.Value Diagonal(GraphBuilder graph, string name, (int Outputs, int Inputs) channels, int kernel, float value)
    {
        var area = kernel * kernel;
        var weights = new float[channels.Outputs * channels.Inputs * area];
        for (var i = 0; i < channels.Outputs; i++)
        {
            weights[(((i * channels.Inputs) + i) * area) + (area / 2)] = value;
        }

        return graph.Weights(name, [channels.Outputs, channels.Inputs, kernel, kernel], MemoryMarshal.AsBytes<float>(weights).ToArray());
    }
}
