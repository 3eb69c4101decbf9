using PerceptualEval.TensorFiles;

namespace PerceptualEval.ModelBuilder.Checkpoints;

/// <summary>A tensor of a checkpoint and the file that holds it.</summary>
/// <param name="File">The open file; owned by its <see cref="CheckpointFiles"/>.</param>
/// <param name="Entry">Name, shape and type.</param>
internal readonly record struct CheckpointTensor(TensorFile File, TensorEntry Entry);
