namespace PerceptualEval.Cli.Reports;

/// <summary>A quantity that every sample has a value of; lower is better.</summary>
/// <param name="Key">Its name in the JSON results, such as <c>perceptual_loss</c>.</param>
/// <param name="Label">Its name for people, such as <c>LPIPS</c>.</param>
/// <param name="Meaning">What it measures, in one sentence.</param>
internal sealed record ReportTerm(string Key, string Label, string Meaning)
{
    /// <summary>The weighted sum of the others.</summary>
    public static ReportTerm Loss { get; } = new("loss", "Loss", "The weighted sum of the terms.");

    /// <summary>The difference of the latents themselves.</summary>
    public static ReportTerm LatentL2 { get; } = new("latent_l2_loss", "Latent L2", "Mean squared difference of predicted and target latent.");

    /// <summary>The difference that people would see.</summary>
    public static ReportTerm Perceptual { get; } = new("perceptual_loss", "LPIPS", "Perceptual distance of the decoded prediction to the decoded target.");

    /// <summary>The difference to the original image.</summary>
    public static ReportTerm OnInputs { get; } = new("perceptual_loss_on_inputs", "LPIPS to image", "Perceptual distance of the decoded prediction to the original image.");

    /// <summary>How well a latent reproduces the image that it was made from.</summary>
    public static ReportTerm Reconstruction { get; } = new("reconstruction", "LPIPS", "Perceptual distance of the decoded latent to its image.");
}
