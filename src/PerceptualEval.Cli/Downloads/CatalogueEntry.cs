using PerceptualEval.Models;

namespace PerceptualEval.Cli.Downloads;

/// <summary>What a name of the catalogue builds, and from which of its files.</summary>
internal sealed record CatalogueEntry
{
    /// <summary>What it builds: a decoder, an encoder or LPIPS.</summary>
    public required ModelKind Kind { get; init; }

    /// <summary>Decoders and encoders: the checkpoint.</summary>
    public string? Weights { get; init; }

    /// <summary>Decoders and encoders: the <c>config.json</c> that lies beside the checkpoint; null where there is none.</summary>
    public string? Config { get; init; }

    /// <summary>Decoders and encoders: the family whose scaling the latents have (<see cref="ModelBuilder.BuildOptions.Family"/>); null where the weights or the config say it.</summary>
    public string? Family { get; init; }

    /// <summary>LPIPS: the backbone, <c>squeeze</c>, <c>alex</c> or <c>vgg</c>.</summary>
    public string? Net { get; init; }

    /// <summary>LPIPS: the version of the heads, <c>0.1</c> or <c>0.0</c>.</summary>
    public string? Version { get; init; }

    /// <summary>LPIPS: the backbone's checkpoint.</summary>
    public string? Backbone { get; init; }

    /// <summary>LPIPS: the heads.</summary>
    public string? Heads { get; init; }

    /// <summary>The files that it is built from, as the catalogue names them.</summary>
    public IEnumerable<string> Files => ((string?[])[Config, Weights, Heads, Backbone]).OfType<string>();
}
