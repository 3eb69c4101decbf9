namespace PerceptualEval.Comparisons;

/// <summary>A sample that latent L2 places elsewhere than the perceptual loss does.</summary>
/// <param name="Id">The sample.</param>
/// <param name="LatentL2Loss">Its latent L2.</param>
/// <param name="PerceptualLoss">Its perceptual loss.</param>
/// <param name="LatentRank">Its place by latent L2 among the checkpoint's samples: 0 for the lowest, 1 for the highest.</param>
/// <param name="PerceptualRank">Its place by perceptual loss, likewise.</param>
public sealed record RankDisagreement(string Id, double LatentL2Loss, double PerceptualLoss, double LatentRank, double PerceptualRank);
