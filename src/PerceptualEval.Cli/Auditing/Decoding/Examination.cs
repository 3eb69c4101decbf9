using PerceptualEval.Models;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>LPIPS of a suspicious sample under every explanation there is.</summary>
/// <param name="Sample">The sample; it has been decoded.</param>
internal sealed record Examination(AuditedSample Sample)
{
    // Both as parts of the distance to other samples' images. Related images are much closer than unrelated ones even where the VAE can't
    // do better: noise stays below a half. A latent of another image is no closer to its own than to any other.
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
        var (what, distance, kind, advice) = Explanations().MinBy(explanation => explanation.Distance);
        return Proof.IsCloser(distance, AsStated) && !(distance >= HardlyRelated * ToOthers)
            ? Found(FindingSeverity.Error, kind, FormattableString.Invariant($"LPIPS to its image {AsStated:G4}; {what} {distance:G4}"), advice)
            : Proof.IsVisible(AsStated) ? Unexplained() : null;
    }

    private IEnumerable<(string What, double Distance, FindingKind Kind, string Advice)> Explanations()
    {
        yield return ("to the image with left and right exchanged", FlippedHorizontally, FindingKind.FlippedHorizontally, "Encode the image again, or mirror the image.");
        yield return ("to the image with top and bottom exchanged", FlippedVertically, FindingKind.FlippedVertically, "Encode the image again, or turn the image over.");

        // Other units make a picture bolder or paler, which may be less unlike an image by chance: more than that must speak for them.
        if (InOtherUnits is { } inOtherUnits && (Sample.Decoded!.LooksLikeOtherUnits || Proof.IsMuchCloser(inOtherUnits, AsStated)))
        {
            var other = Reconstruction.Text(Reconstruction.Other(Units));
            yield return ($"read as {other} instead of {Reconstruction.Text(Units)}", inOtherUnits, FindingKind.Units,
                $"It holds {other} units, unlike the rest: encode the image again, or convert it.");
        }

        if (Match is { } match && Proof.IsMuchCloser(match.Distance, AsStated))
        {
            yield return ($"to the image of '{match.Id}'", match.Distance, FindingKind.Swapped,
                "It is the latent of another sample: exchange the files, or encode both images again.");
        }
    }

    private Finding? Unexplained()
    {
        const string Tried = "no mirrored image, other units or other suspect's image explains it";
        if (!double.IsFinite(AsStated))
        {
            return Found(FindingSeverity.Error, FindingKind.OtherImage, "it decodes to values that are not finite", "Encode the image again.");
        }

        if (ToOthers is not { } toOthers)
        {
            return Found(FindingSeverity.Note, FindingKind.PoorReconstruction,
                FormattableString.Invariant($"LPIPS to its image {AsStated:G4}; {Tried}. There are no images of others to say whether that is much"), "Look at the decoded image.");
        }

        var evidence = FormattableString.Invariant($"LPIPS to its image {AsStated:G4}; median to the images of others {toOthers:G4}; {Tried}");
        return (AsStated / toOthers) switch
        {
            >= Unrelated => Found(FindingSeverity.Error, FindingKind.OtherImage, evidence, "It is no latent of this image: encode the image again."),
            >= HardlyRelated => Found(FindingSeverity.Warning, FindingKind.PoorReconstruction, evidence, "Look at the decoded image; encode the image again."),
            _ when Sample.Decoded!.IsOutlier => Found(FindingSeverity.Note, FindingKind.PoorReconstruction, evidence,
                "Look at the decoded image: noise and fine text are hard for a VAE; a damaged latent looks like this, too."),
            _ => null,
        };
    }

    private Finding Found(FindingSeverity severity, FindingKind kind, string evidence, string advice) => new(severity, kind, [Sample.Id], evidence, advice);
}
