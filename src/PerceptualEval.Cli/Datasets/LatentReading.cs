using PerceptualEval.Cli.Images;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Datasets;

/// <summary>What the user says of latent files, and the decoder that they are meant for.</summary>
internal sealed record LatentReading
{
    /// <summary>Nothing said, no decoder.</summary>
    public static LatentReading Default { get; } = new();

    /// <summary>The format that files must be read as (<c>--format</c>); null for the one that recognises them.</summary>
    public string? Format { get; init; }

    /// <summary>The units of files that do not say so themselves (<c>--units</c>); null for what the decoder expects.</summary>
    public LatentUnits? Units { get; init; }

    /// <summary>How posteriors are read (<c>--posterior</c>); null for their mean, with plain tensors never taken for posteriors.</summary>
    public PosteriorReading? Posterior { get; init; }

    /// <summary>The seed of samples from posteriors (<c>--seed</c>).</summary>
    public long Seed { get; init; }

    /// <summary>The size in pixels of images whose packed latents do not say it (<c>--size</c>).</summary>
    public ImageSize? Size { get; init; }

    /// <summary>The decoder that latents are meant for: what it takes, and how clips lie in the files. Looked up when it is first needed; null where there is none.</summary>
    public Lazy<(LatentSpace? Space, SampleLayout Layout)>? Decoder { get; init; }

    /// <summary>How clips lie in tensor files that do not say it, and whether samples are clips at all (<c>--layout</c>).</summary>
    public SampleLayout Layout { get => Decoder?.Value.Layout ?? field; init; }

    /// <summary>What the decoder takes; null where there is none.</summary>
    public LatentSpace? Space { get => Decoder?.Value.Space ?? field; init; }
}
