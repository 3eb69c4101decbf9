using PerceptualEval.Cli.Datasets;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>A suspect after the first look, as far as the others are matched against it.</summary>
/// <param name="Sample">Where its values lie.</param>
/// <param name="Decoded">What its latent decodes to, in small.</param>
/// <param name="Image">Its image, in small.</param>
/// <param name="Examination">What was measured.</param>
internal sealed record ExaminedSample(Sample Sample, Thumbnail Decoded, Thumbnail Image, Examination Examination);
