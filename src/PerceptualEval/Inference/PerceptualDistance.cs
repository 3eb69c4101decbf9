namespace PerceptualEval.Inference;

/// <summary>The LPIPS distance of one pair of images.</summary>
/// <param name="Total">The sum over the layers; 0 for identical images, lower is closer, typically below 1.</param>
/// <param name="Layers">Each layer's share, in the network's order; they add up to <paramref name="Total"/>.</param>
public sealed record PerceptualDistance(double Total, IReadOnlyList<double> Layers);
