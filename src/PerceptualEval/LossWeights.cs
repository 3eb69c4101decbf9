namespace PerceptualEval;

/// <summary>The weights of the three terms. They always apply, each to its own term, whatever the others are.</summary>
/// <remarks>
/// The reference class (LatentLPIPS of Stability's generative-models and CogVideo) ignores the latent weight and skips the mean
/// when its perceptual weight is 0; this one does not. A term whose weight is 0 is not computed, except the latent term, which costs nothing.
/// </remarks>
/// <param name="Latent">Weight of the latent mean squared error; finite, at least 0. Default 1.</param>
/// <param name="Perceptual">Weight of LPIPS(decode(target), decode(pred)); finite, at least 0. Default 1.</param>
/// <param name="Input">Weight of LPIPS(image, decode(pred)); finite, at least 0. Default 0.</param>
public sealed record LossWeights(double Latent = 1, double Perceptual = 1, double Input = 0)
{
    /// <summary>Weight of the latent mean squared error.</summary>
    public double Latent { get; } = Checked(Latent, nameof(Latent));

    /// <summary>Weight of LPIPS(decode(target), decode(pred)).</summary>
    public double Perceptual { get; } = Checked(Perceptual, nameof(Perceptual));

    /// <summary>Weight of LPIPS(image, decode(pred)).</summary>
    public double Input { get; } = Checked(Input, nameof(Input));

    private static double Checked(double weight, string name) =>
        double.IsFinite(weight) && weight >= 0
            ? weight
            : throw new ArgumentOutOfRangeException(name, weight, "a loss weight is a finite number, at least 0.");
}
