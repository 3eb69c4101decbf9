namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>What a VAE encoder's posterior is stored as: twice the channels of a latent, the first half being the mean.</summary>
internal enum PosteriorForm
{
    /// <summary>Not a posterior: a sample or a mean alone.</summary>
    None,

    /// <summary>Mean and logarithm of the variance.</summary>
    MeanLogVariance,

    /// <summary>Mean and standard deviation.</summary>
    MeanStd,

    /// <summary>Mean and one of both: a standard deviation where no value is negative, else the logarithm of the variance.</summary>
    Unknown,
}
