using PerceptualEval.Inference;

namespace PerceptualEval.Cli.Reports;

/// <summary>Where a picture of every sample comes from.</summary>
/// <param name="Source">Which of a sample's sources: latents.</param>
/// <param name="Decoder">What decodes them; stays the caller's.</param>
/// <param name="Checkpoint">Whose picture it is; null where there is one checkpoint, and for the target.</param>
internal sealed record PictureSource(int Source, LatentDecoder Decoder, string? Checkpoint = null);
