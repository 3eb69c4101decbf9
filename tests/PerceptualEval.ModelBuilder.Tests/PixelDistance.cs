using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Tests;

/// <summary>An LPIPS model whose distance is the mean squared difference of pixels, so that a test can say what a score must be.</summary>
internal static class PixelDistance
{
    /// <summary>Writes the model as a folder.</summary>
    public static Model Build(string modelsFolder)
    {
        var features = new GraphBuilder("pixels");
        features.Output("f0", features.Input("image", "N", "3", "H", "W"), "N", "3", "H", "W");

        var distance = new GraphBuilder("pixel-distance");
        var difference = distance.Subtract(distance.Input("a0", "N", "3", "H", "W"), distance.Input("b0", "N", "3", "H", "W"));

        // Rows first: a float32 sum over a whole frame at once is 1e-4 off.
        var rows = distance.Mean(distance.Multiply(difference, difference), keepDimensions: false, 3);
        var mean = distance.Mean(distance.Mean(rows, keepDimensions: false, 2), keepDimensions: true, 1);
        distance.Output("distance", distance.Reshape(mean, -1), "N");
        distance.Output("layers", mean, "N", "1");
        var manifest = new ModelManifest
        {
            Name = "pixels",
            Kind = ModelKind.Lpips,
            Architecture = "mean squared difference of pixels",
            Graphs = new Dictionary<string, HashedFile>(),
            MinimumImageSize = 2,
            FeatureChannels = [3],
        };
        return ModelFolder.Write(modelsFolder, manifest, new Dictionary<string, GraphBuilder> { ["features"] = features, ["distance"] = distance });
    }
}
