using PerceptualEval.ModelBuilder.Encoders;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.ModelBuilder.Decoders;

/// <summary>Builds VAE decoders from checkpoint files; the network and its channels are told by the tensors.</summary>
public static class DecoderBuilder
{
    /// <summary>Builds a model folder.</summary>
    /// <param name="checkpointPath">A checkpoint file of the TAESD family in the original naming (<c>taesd_decoder.pth</c>, <c>taef2_decoder.pth</c>, …).</param>
    /// <param name="name">The model's name.</param>
    /// <param name="modelsFolder">The folder that gets the model's folder.</param>
    /// <param name="configPath">The checkpoint's diffusers <c>config.json</c>, for families whose tensors don't tell everything (CogVideoX); else null.</param>
    /// <returns>The new model.</returns>
    /// <exception cref="ModelException">The tensors are not a decoder's that is known, or the folder can't be written.</exception>
    /// <exception cref="TensorFileException">The checkpoint can't be read.</exception>
    public static Model Build(string checkpointPath, string name, string modelsFolder, string? configPath = null)
    {
        ModelFolder.RequireFree(modelsFolder, name);
        using var weights = new Checkpoint(checkpointPath, CogVideoXDecoder.ParameterName);
        if (CogVideoXDecoder.Recognises(weights))
        {
            return BuildCogVideoX(weights, name, modelsFolder, configPath);
        }

        if (!TaesdDecoder.Recognises(weights))
        {
            throw new ModelException(TaesdEncoder.Recognises(weights)
                ? $"'{checkpointPath}' is a TAESD encoder. Give the decoder's file, or use 'build encoder'."
                : $"'{checkpointPath}' is no decoder that is known. Supported: the TAESD family in its original naming (taesd_decoder.pth, taef2_decoder.pth, …).");
        }

        var graph = TaesdDecoder.Build(weights);
        var pooled = TaesdDecoder.IsPooled(weights);
        weights.RequireComplete("a TAESD decoder");
        var file = weights.Hashed();
        var known = KnownCheckpoint.Find(file.Sha256);
        var manifest = new ModelManifest
        {
            Name = name,
            Kind = ModelKind.Decoder,
            Architecture = pooled ? "TAESD decoder, FLUX.2 variant" : "TAESD decoder",
            Graphs = new Dictionary<string, HashedFile>(),
            Latent = TaesdLayers.LatentSpace(TaesdDecoder.LatentChannels(weights), pooled),
            BuiltFrom = [file],
            Licence = known?.Licence,
            Source = known?.Origin,
        };
        return ModelFolder.Write(modelsFolder, manifest, new Dictionary<string, GraphBuilder> { ["decoder"] = graph });
    }

    private static Model BuildCogVideoX(Checkpoint weights, string name, string modelsFolder, string? configPath)
    {
        var config = CogVideoXConfig.Load(configPath ?? throw new ModelException(
            $"'{weights.Path}' is a CogVideoX VAE; its tensors tell neither groups nor scaling factor (1.15258426 for 2B, 0.7 for 5B). Give the config.json beside it with --config."));
        var (graph, batching) = CogVideoXDecoder.Build(weights, config);
        weights.RequireComplete($"the {CogVideoXDecoder.Name} that '{configPath}' describes");
        var manifest = new ModelManifest
        {
            Name = name,
            Kind = ModelKind.Decoder,
            Architecture = CogVideoXDecoder.Name,
            Graphs = new Dictionary<string, HashedFile>(),
            Latent = config.LatentSpace(),
            FrameBatching = batching,
            BuiltFrom = [weights.Hashed(), new HashedFile(Path.GetFileName(configPath), Model.HashFile(configPath))],
        };
        return ModelFolder.Write(modelsFolder, manifest, new Dictionary<string, GraphBuilder> { ["decoder"] = graph });
    }
}
