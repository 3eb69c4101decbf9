using System.Numerics.Tensors;
using PerceptualEval.Inference;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.ModelBuilder.Perceptual;

/// <summary>Builds LPIPS models from a torchvision backbone and the heads of the lpips package.</summary>
public static class LpipsBuilder
{
    /// <summary>Builds a model folder.</summary>
    /// <param name="network">The backbone.</param>
    /// <param name="backbonePath">A torchvision checkpoint: the whole model, or its <c>features</c>.</param>
    /// <param name="headsPath">The head weights of lpips (<c>lin0.model.1.weight</c> …); null for the baseline without learned heads.</param>
    /// <param name="version">The lpips version: <c>0.1</c> normalises the input, <c>0.0</c> does not.</param>
    /// <param name="name">The model's name.</param>
    /// <param name="modelsFolder">The folder that gets the model's folder.</param>
    /// <returns>The new model.</returns>
    /// <exception cref="ArgumentException">The version is neither 0.1 nor 0.0.</exception>
    /// <exception cref="ModelException">Tensors are missing, left over, wrongly shaped or not finite, a head weight is negative, or the folder can't be written.</exception>
    /// <exception cref="TensorFileException">A checkpoint can't be read.</exception>
    public static Model Build(LpipsNetwork network, string backbonePath, string? headsPath, string version, string name, string modelsFolder)
    {
        if (version is not ("0.1" or "0.0"))
        {
            throw new ArgumentException($"LPIPS version '{version}'; expected 0.1 or 0.0.", nameof(version));
        }

        ModelFolder.RequireFree(modelsFolder, name);
        var backbone = BackboneNetwork.All[(int)network];
        var label = $"LPIPS {backbone.Name} v{version}{(headsPath is null ? " baseline" : string.Empty)}";
        var builtFrom = new List<HashedFile>();
        using var weights = new Checkpoint(backbonePath, BackboneNetwork.ParameterName);
        builtFrom.Add(weights.Hashed());
        var heads = headsPath is null ? Ones(backbone) : ReadHeads(headsPath, backbone, builtFrom);
        var features = LpipsGraphs.Features(backbone, weights, scaleInput: version == "0.1");
        weights.RequireComplete($"the {backbone.Name} backbone");

        var known = builtFrom.Select(file => KnownCheckpoint.Find(file.Sha256)).ToArray();
        var manifest = new ModelManifest
        {
            Name = name,
            Kind = ModelKind.Lpips,
            Architecture = label,
            Graphs = new Dictionary<string, HashedFile>(),
            MinimumImageSize = backbone.MinimumImageSize,
            FeatureChannels = backbone.FeatureChannels,
            BuiltFrom = builtFrom,
            Licence = known.All(file => file is not null) ? string.Join(" AND ", known.Select(file => file!.Licence).Distinct()) : null,
            Source = "LPIPS as in richzhang/PerceptualSimilarity; " + string.Join("; ", known.Select(file => file?.Origin ?? "a file of unknown origin")),
        };
        return ModelFolder.Write(modelsFolder, manifest, new Dictionary<string, GraphBuilder>
        {
            ["features"] = features,
            ["distance"] = LpipsGraphs.Distance(backbone, heads),
            ["map"] = LpipsGraphs.Map(backbone, heads),
        }, new Dictionary<string, float[]> { [PerceptualNetwork.HeadsRole] = [.. heads.SelectMany(head => head)] });
    }

    // The baseline: distances of all channels, added up.
    private static float[][] Ones(BackboneNetwork backbone) => [.. backbone.FeatureChannels.Select(channels => Enumerable.Repeat(1f, channels).ToArray())];

    private static float[][] ReadHeads(string path, BackboneNetwork backbone, List<HashedFile> builtFrom)
    {
        using var checkpoint = new Checkpoint(path, HeadName);
        builtFrom.Add(checkpoint.Hashed());
        var heads = new float[backbone.FeatureChannels.Count][];
        for (var layer = 0; layer < heads.Length; layer++)
        {
            heads[layer] = checkpoint.Values($"lin{layer}", 1, backbone.FeatureChannels[layer], 1, 1);
        }

        checkpoint.RequireComplete($"the LPIPS heads of {backbone.Name}");
        for (var layer = 0; layer < heads.Length; layer++)
        {
            var smallest = TensorPrimitives.Min<float>(heads[layer]);
            if (smallest < 0)
            {
                throw new ModelException($"'{path}': head lin{layer} has a negative weight ({smallest}); LPIPS heads are never negative, so these are not trained heads.");
            }
        }

        return heads;
    }

    // The convolution's index is 1 behind a dropout layer and 0 in networks made without one (lpips#93): the same weights.
    private static string HeadName(string key) =>
        key.Split('.') is [['l', 'i', 'n', ..] head, "model", "0" or "1", "weight"] ? head : key;
}
