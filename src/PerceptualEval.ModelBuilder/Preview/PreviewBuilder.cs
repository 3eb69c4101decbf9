using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.ModelBuilder.Perceptual;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.ModelBuilder.Preview;

/// <summary>Builds the small models that come with the tool, from what <c>tools/preview</c> trained; weights are stored as float16.</summary>
public static class PreviewBuilder
{
    // TAEF2 works on FLUX.2's latents, which a transformer sees folded 2 by 2.
    private const int Flux2Patch = 2;

    /// <summary>Builds the folder <c>preview-decoder</c>, <c>preview-encoder</c> or <c>preview-lpips</c>.</summary>
    /// <param name="kind">Decoder, encoder or LPIPS network.</param>
    /// <param name="checkpointPath">The trained parameters, a .safetensors file.</param>
    /// <param name="modelsFolder">The folder that gets the model's folder.</param>
    /// <param name="closeness">How close the model comes to what it stands in for, for people.</param>
    /// <returns>The new model.</returns>
    /// <exception cref="ArgumentOutOfRangeException">There is no preview model of that kind.</exception>
    /// <exception cref="ModelException">Tensors are missing, left over, wrongly shaped or not finite, or the folder can't be written.</exception>
    /// <exception cref="TensorFileException">The checkpoint can't be read.</exception>
    public static Model Build(ModelKind kind, string checkpointPath, string modelsFolder, string closeness)
    {
        using var weights = new Checkpoint(checkpointPath, key => key);
        var manifest = Describe(kind, closeness) with { BuiltFrom = [weights.Hashed()] };
        ModelFolder.RequireFree(modelsFolder, manifest.Name);
        var (graphs, arrays) = kind switch
        {
            ModelKind.Decoder => Single("decoder", PreviewDecoder.Build(weights, WeightStorage.Float16)),
            ModelKind.Encoder => Single("encoder", PreviewEncoder.Build(weights, WeightStorage.Float16)),
            _ => LpipsGraphsOf(weights),
        };
        weights.RequireComplete($"the {manifest.Name} network");
        return ModelFolder.Write(modelsFolder, manifest, graphs, arrays);
    }

    private static (Dictionary<string, GraphBuilder> Graphs, Dictionary<string, float[]>? Arrays) Single(string role, GraphBuilder graph) =>
        (new Dictionary<string, GraphBuilder> { [role] = graph }, null);

    private static (Dictionary<string, GraphBuilder> Graphs, Dictionary<string, float[]>? Arrays) LpipsGraphsOf(Checkpoint weights)
    {
        var backbone = new PreviewBackbone();
        var heads = backbone.FeatureChannels.Select((channels, layer) => weights.Values($"lin{layer}", 1, channels, 1, 1)).ToArray();
        var graphs = new Dictionary<string, GraphBuilder>
        {
            ["features"] = LpipsGraphs.Features(backbone, weights, scaleInput: false, WeightStorage.Float16),
            ["distance"] = LpipsGraphs.Distance(backbone, heads),
            ["map"] = LpipsGraphs.Map(backbone, heads),
        };
        return (graphs, new Dictionary<string, float[]> { [PerceptualNetwork.HeadsRole] = [.. heads.SelectMany(head => head)] });
    }

    private static ModelManifest Describe(ModelKind kind, string closeness) => kind switch
    {
        ModelKind.Decoder => Manifest(kind, "preview-decoder", "TAEF2's decoder", closeness, "taef2-decoder") with { Latent = Taef2Latents },
        ModelKind.Encoder => Manifest(kind, "preview-encoder", "TAEF2's encoder", closeness, "taef2-encoder") with { Latent = Taef2Latents, MinimumImageSize = 8 },
        ModelKind.Lpips => Manifest(kind, "preview-lpips", "LPIPS-squeeze v0.1", closeness, "lpips-squeeze") with
        {
            FeatureChannels = new PreviewBackbone().FeatureChannels,
            MinimumImageSize = new PreviewBackbone().MinimumImageSize,
            Licence = "BSD-2-Clause AND BSD-3-Clause",
            Source = "tools/preview of this project; distilled from LPIPS-squeeze v0.1 (richzhang/PerceptualSimilarity, BSD-2-Clause) "
                + "over torchvision's SqueezeNet 1.1 (BSD-3-Clause), on rendered images and TAEF2's decodes of them (MIT)",
        },
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "There are preview models of the kinds decoder, encoder and lpips."),
    };

    private static LatentSpace Taef2Latents => new()
    {
        Channels = 32,
        SpatialFactor = 8,
        Units = LatentUnits.Model,
        PatchSize = Flux2Patch,
        Evidence = "Trained on TAEF2's latents, which are what the FLUX.2 transformer trains on; raw latents can't be converted.",
    };

    private static ModelManifest Manifest(ModelKind kind, string name, string model, string closeness, string real) => new()
    {
        Name = name,
        Kind = kind,
        Architecture = $"{name}, weights stored as float16",
        Graphs = new Dictionary<string, HashedFile>(),
        Approximates = new Approximation(model, closeness, real),
        Licence = "MIT",
        Source = "tools/preview of this project; distilled from TAEF2 (madebyollin/taesd, MIT) on rendered images",
    };
}
