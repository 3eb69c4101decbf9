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
    /// <returns>The new model.</returns>
    /// <exception cref="ModelException">The tensors are not a decoder's that is known, or the folder can't be written.</exception>
    /// <exception cref="TensorFileException">The checkpoint can't be read.</exception>
    public static Model Build(string checkpointPath, string name, string modelsFolder)
    {
        ModelFolder.RequireFree(modelsFolder, name);
        using var weights = new Checkpoint(checkpointPath, key => key);
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
}
