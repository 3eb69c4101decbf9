namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>The image of another sample that a decoded latent is closest to.</summary>
/// <param name="Id">The other sample.</param>
/// <param name="Distance">LPIPS to its image.</param>
internal sealed record Match(string Id, double Distance);
