using PerceptualEval.ModelBuilder.Decoders;
using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.ModelBuilder.Encoders;

/// <summary>Builds VAE encoders from checkpoint files; the network and its channels are told by the tensors.</summary>
public static class EncoderBuilder
{
    /// <summary>Builds a model folder.</summary>
    /// <param name="checkpointPath">A checkpoint file of the TAESD family in the original naming (<c>taesd_encoder.pth</c>, <c>taef2_encoder.pth</c>, …).</param>
    /// <param name="name">The model's name.</param>
    /// <param name="modelsFolder">The folder that gets the model's folder.</param>
    /// <returns>The new model.</returns>
    /// <exception cref="ModelException">The tensors are not an encoder's that is known, or the folder can't be written.</exception>
    /// <exception cref="TensorFileException">The checkpoint can't be read.</exception>
    public static Model Build(string checkpointPath, string name, string modelsFolder)
    {
        ModelFolder.RequireFree(modelsFolder, name);
        using var weights = new Checkpoint(checkpointPath, key => key);
        if (!TaesdEncoder.Recognises(weights))
        {
            throw new ModelException(TaesdDecoder.Recognises(weights)
                ? $"'{checkpointPath}' is a TAESD decoder. Give the encoder's file, or use 'build decoder'."
                : $"'{checkpointPath}' is no encoder that is known. Supported: the TAESD family in its original naming (taesd_encoder.pth, taef2_encoder.pth, …).");
        }

        var graph = TaesdEncoder.Build(weights);
        var pooled = TaesdEncoder.IsPooled(weights);
        weights.RequireComplete("a TAESD encoder");
        var file = weights.Hashed();
        var known = KnownCheckpoint.Find(file.Sha256);
        var manifest = new ModelManifest
        {
            Name = name,
            Kind = ModelKind.Encoder,
            Architecture = pooled ? "TAESD encoder, FLUX.2 variant" : "TAESD encoder",
            Graphs = new Dictionary<string, HashedFile>(),
            Latent = TaesdLayers.LatentSpace(TaesdEncoder.LatentChannels(weights), pooled),
            MinimumImageSize = TaesdLayers.SpatialFactor,
            BuiltFrom = [file],
            Licence = known?.Licence,
            Source = known?.Origin,
        };
        return ModelFolder.Write(modelsFolder, manifest, new Dictionary<string, GraphBuilder> { ["encoder"] = graph });
    }
}
