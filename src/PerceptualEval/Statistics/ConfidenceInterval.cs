namespace PerceptualEval.Statistics;

/// <summary>The two ends of a confidence interval, in the unit of the quantity it is about.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end, at least <paramref name="Low"/>.</param>
public readonly record struct ConfidenceInterval(double Low, double High);
