using PerceptualEval.Cli.Auditing.Decoding;
using PerceptualEval.Cli.Datasets;
using PerceptualEval.Inference;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Reports;

/// <summary>How the pictures of a gallery are made: which latents are decoded, and what they are compared with.</summary>
/// <param name="Open">Opens the dataset once more.</param>
/// <param name="Target">The target's latents, which the others are compared with; null where that is the image.</param>
/// <param name="Decoded">The latents that are compared.</param>
/// <param name="Lpips">Draws the heat maps; stays the caller's.</param>
/// <param name="Units">The units that latents are converted to and decoded from.</param>
/// <param name="Tiling">How large latents are decoded; null for as a whole.</param>
internal sealed record PictureRecipe(
    Func<Dataset> Open, PictureSource? Target, IReadOnlyList<PictureSource> Decoded, PerceptualNetwork Lpips, LatentUnits Units, Tiling? Tiling)
{
    /// <summary>Makes of a sample the decoded latent and the image that it should reproduce, where that takes more than to decode; null where it does not.</summary>
    public Func<SampleBatch, DecodedPair>? Reproduce { get; init; }

    /// <summary>The pictures of an audit: what it has compared, in the units that it has proved.</summary>
    /// <param name="open">Opens its dataset once more.</param>
    /// <param name="networks">What it was made with; stays the caller's.</param>
    public static PictureRecipe Of(Func<Dataset> open, AuditNetworks networks) =>
        new(open, null, [new PictureSource(0, networks.Decoder)], networks.Lpips, networks.Decoder.LatentSpace.Units, networks.Tiling)
        {
            Reproduce = networks.Reconstruction.Pair,
        };

    /// <summary>The pictures of a run of <c>score</c>.</summary>
    /// <param name="open">Opens its dataset once more.</param>
    /// <param name="loss">What scored it; stays the caller's.</param>
    public static PictureRecipe Of(Func<Dataset> open, LatentPerceptualLoss loss) => new(
        open, new PictureSource(0, loss.Decoder), [new PictureSource(1, loss.Decoder)], loss.Lpips, loss.Options.Units ?? loss.Decoder.LatentSpace.Units, loss.Options.Tiling);
}
