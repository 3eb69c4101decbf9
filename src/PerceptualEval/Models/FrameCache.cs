namespace PerceptualEval.Models;

/// <summary>The last frames that a causal convolution has seen: what it needs of the batch before.</summary>
/// <param name="Name">The name of the graph's input, of shape [N,<paramref name="Channels"/>,frames,s·h,s·w] where s is <paramref name="SpatialScale"/>.</param>
/// <param name="Channels">Channels of what the convolution takes.</param>
/// <param name="SpatialScale">How many times larger than the latent its frames are, along each side.</param>
public sealed record FrameCache(string Name, int Channels, int SpatialScale);
