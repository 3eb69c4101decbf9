using PerceptualEval.ModelBuilder.Autoencoders;
using PerceptualEval.ModelBuilder.Checkpoints;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.ModelBuilder.Decoders;

/// <summary>Builds VAE decoders from checkpoint files; the network and its dimensions are told by the tensors.</summary>
public static class DecoderBuilder
{
    /// <summary>Builds a model folder.</summary>
    /// <param name="checkpointPath">
    /// A diffusers VAE folder (or a pipeline's with one in it), a shard index, or a file: AutoencoderKL in diffusers' or ldm's names, also
    /// within a full checkpoint, a network of the TAESD family in its original or diffusers' names, or AutoencoderKLCogVideoX with its config.
    /// </param>
    /// <param name="name">The model's name.</param>
    /// <param name="modelsFolder">The folder that gets the model's folder.</param>
    /// <param name="options">What the checkpoint does not say itself; null for the defaults.</param>
    /// <returns>The new model.</returns>
    /// <exception cref="ModelException">
    /// The tensors are not a decoder's that is known, tensors are missing or too many, the config contradicts them, or the folder can't be written.
    /// </exception>
    /// <exception cref="TensorFileException">The checkpoint can't be read.</exception>
    public static Model Build(string checkpointPath, string name, string modelsFolder, BuildOptions? options = null)
    {
        options ??= new BuildOptions();
        ModelFolder.RequireFree(modelsFolder, name);
        using var files = CheckpointFiles.Open(checkpointPath, options.ConfigPath);
        var checkpoint = AutoencoderCheckpoint.Recognise(files, "decoder");
        var network = checkpoint.IsCogVideoX ? CogVideoXDecoder.Build(files, options)
            : checkpoint.Kl is { } naming ? AutoencoderKlDecoder.Build(files, naming, options)
            : TaesdDecoder.Build(files, checkpoint.Taesd!, options);
        return checkpoint.Write(network, ModelKind.Decoder, name, modelsFolder, options.Storage);
    }
}
