using PerceptualEval.ModelBuilder.Onnx;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Autoencoders;

/// <summary>A decoder or encoder made from a checkpoint, before it is written.</summary>
/// <param name="Graph">The network.</param>
/// <param name="Architecture">What it is, for people.</param>
/// <param name="Latent">The latents that it takes or returns.</param>
/// <param name="FrameBatching">The batches of frames that a video network takes; null for images.</param>
internal sealed record BuiltNetwork(GraphBuilder Graph, string Architecture, LatentSpace Latent, FrameBatching? FrameBatching = null);
