using PerceptualEval.ModelBuilder.Autoencoders;
using PerceptualEval.ModelBuilder.Checkpoints;
using PerceptualEval.Models;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.ModelBuilder.Encoders;

/// <summary>Builds VAE encoders from checkpoint files; the network and its dimensions are told by the tensors.</summary>
public static class EncoderBuilder
{
    /// <summary>Builds a model folder.</summary>
    /// <param name="checkpointPath">
    /// A diffusers VAE folder (or a pipeline's with one in it), a shard index, or a file: AutoencoderKL in diffusers' or ldm's names, also
    /// within a full checkpoint, or a network of the TAESD family in its original or diffusers' names.
    /// </param>
    /// <param name="name">The model's name.</param>
    /// <param name="modelsFolder">The folder that gets the model's folder.</param>
    /// <param name="options">What the checkpoint does not say itself; null for the defaults.</param>
    /// <returns>The new model.</returns>
    /// <exception cref="ModelException">
    /// The tensors are not an encoder's that is known, tensors are missing or too many, the config contradicts them, or the folder can't be written.
    /// </exception>
    /// <exception cref="TensorFileException">The checkpoint can't be read.</exception>
    public static Model Build(string checkpointPath, string name, string modelsFolder, BuildOptions? options = null)
    {
        options ??= new BuildOptions();
        ModelFolder.RequireFree(modelsFolder, name);
        using var files = CheckpointFiles.Open(checkpointPath, options.ConfigPath);
        var checkpoint = AutoencoderCheckpoint.Recognise(files, "encoder");
        var network = checkpoint.Kl is { } naming
            ? AutoencoderKlEncoder.Build(files, naming, options)
            : TaesdEncoder.Build(files, checkpoint.Taesd!, options);
        return checkpoint.Write(network, ModelKind.Encoder, name, modelsFolder, options.Storage);
    }
}
