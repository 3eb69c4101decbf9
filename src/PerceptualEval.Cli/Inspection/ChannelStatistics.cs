namespace PerceptualEval.Cli.Inspection;

/// <summary>The finite values of one latent channel in a few numbers.</summary>
/// <param name="Mean">Their mean; NaN where there are none.</param>
/// <param name="Std">Their standard deviation, of the population.</param>
/// <param name="Min">The smallest.</param>
/// <param name="Max">The largest.</param>
internal sealed record ChannelStatistics(double Mean, double Std, double Min, double Max);
