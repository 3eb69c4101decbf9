using PerceptualEval.Models;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>LPIPS of a suspicious sample under every explanation there is.</summary>
/// <param name="Sample">The sample; it has been decoded.</param>
internal sealed record Examination(AuditedSample Sample)
{
    // Both as parts of the distance to other samples' images. Related images are much closer than unrelated ones even where the VAE can't do better: noise stays below a half. A latent of
    // another image is no closer to its own than to any other.
    private const double Unrelated = 0.7;
    private const double HardlyRelated = 0.6;

    /// <summary>decode(latent) to its image; infinite where the decoded image is not finite.</summary>
    public double AsStated => Sample.Decoded!.Distance;

    /// <summary>The units that the latent was read in.</summary>
    public required LatentUnits Units { get; init; }

    /// <summary>decode(latent) to the image with left and right exchanged.</summary>
    public required double FlippedHorizontally { get; init; }

    /// <summary>decode(latent) to the image with top and bottom exchanged.</summary>
    public required double FlippedVertically { get; init; }

    /// <summary>The latent, decoded in the other units, to its image; null where the conversion is not known.</summary>
    public required double? InOtherUnits { get; init; }

    /// <summary>The median of decode(latent) to images of other samples; null where there are none.</summary>
    public required double? ToOthers { get; init; }

    /// <summary>The other suspect whose image is closest; null where there is none.</summary>
    public Match? Match { get; init; }

    /// <summary>Whether the latent is proved to be that of another sample.</summary>
    public bool BelongsTo(string id) => Find() is { Kind: FindingKind.Swapped } && Match!.Id == id;

    /// <summary>What the numbers prove; null where the sample is all right.</summary>
    public Finding? Find()
    {
        var other = Reconstruction.Text(Reconstruction.Other(Units));
        (double? Distance, FindingKind Kind, string What, string Advice)[] explanations =
        [
            (InOtherUnits, FindingKind.Units, FormattableString.Invariant($"read as {other} instead of {Reconstruction.Text(Units)}"), $"It holds {other} units, unlike the rest: encode the image again, or convert it."),
            (FlippedHorizontally, FindingKind.FlippedHorizontally, "to the image with left and right exchanged", "Encode the image again, or mirror the image."),
            (FlippedVertically, FindingKind.FlippedVertically, "to the image with top and bottom exchanged", "Encode the image again, or turn the image over."),
            (Match is { } match && Proof.IsMatch(match.Distance, AsStated) ? match.Distance : null, FindingKind.Swapped, $"to the image of '{Match?.Id}'", $"It is the latent of '{Match?.Id}': exchange the files, or encode both images again."),
        ];
        var best = explanations.MinBy(explanation => explanation.Distance ?? double.PositiveInfinity);
        if (best.Distance is { } distance && Proof.IsCloser(distance, AsStated) && !(distance >= HardlyRelated * ToOthers))
        {
            return new Finding(FindingSeverity.Error, best.Kind, [Sample.Id], FormattableString.Invariant($"LPIPS to its image {AsStated:G4}; {best.What} {distance:G4}"), best.Advice);
        }

        return Proof.IsVisible(AsStated) ? Unexplained() : null;
    }

    private Finding? Unexplained()
    {
        var share = AsStated / ToOthers;
        var evidence = FormattableString.Invariant($"LPIPS to its image {AsStated:G4}; median to the images of others {ToOthers:G4}; no mirrored image, no other units and no other suspect's image is closer");
        return share switch
        {
            _ when !double.IsFinite(AsStated) => new Finding(FindingSeverity.Error, FindingKind.OtherImage, [Sample.Id], "it decodes to values that are not finite", "Encode the image again."),
            >= Unrelated => new Finding(FindingSeverity.Error, FindingKind.OtherImage, [Sample.Id], evidence, "It is no latent of this image: encode the image again."),
            >= HardlyRelated => new Finding(FindingSeverity.Warning, FindingKind.PoorReconstruction, [Sample.Id], evidence, "Look at the decoded image; encode the image again."),
            _ when Sample.Decoded!.IsOutlier => new Finding(FindingSeverity.Note, FindingKind.PoorReconstruction, [Sample.Id], evidence, "Look at the decoded image: noise and fine text are hard for a VAE; a damaged latent looks like this, too."),
            _ => null,
        };
    }
}
