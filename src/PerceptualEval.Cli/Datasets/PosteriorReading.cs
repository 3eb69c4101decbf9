using PerceptualEval.Cli.Datasets.Reading;

namespace PerceptualEval.Cli.Datasets;

/// <summary>What becomes of a posterior.</summary>
internal enum PosteriorReading
{
    /// <summary>Its mean: the same in every run.</summary>
    Mean,

    /// <summary>mean + std·ε, with ε by seed and sample id (see <see cref="PosteriorNoise"/>).</summary>
    Sample,
}
