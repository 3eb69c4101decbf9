using PerceptualEval.Models;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>Chooses the samples that are worth a closer look, by what the passes have kept of all: so the look's cost stays bounded.</summary>
internal static class Suspects
{
    /// <summary>The most samples that are looked at.</summary>
    public const int Most = 400;

    // Iglewicz and Hoaglin's usual limit of robust scores. Loose on purpose: being looked at costs time only.
    private const double Far = 3.5;

    // Of the logarithm of LPIPS: within a quarter, a dataset's images differ anyway.
    private const double LeastSpread = 0.25;

    // Keeps the logarithm finite where an image is reproduced exactly.
    private const double LeastDistance = 1e-4;

    // A decoded image and its image agree about what is where: thumbnails of right pairs correlate above 0.95.
    private const double LeastCorrelation = 0.8;

    // Nearer to what the other units would give, by this factor's logarithm; and units that differ by less hardly show.
    private const double LeastUnitFactor = 0.2;

    /// <summary>Marks outliers and what looks like other units, and chooses suspects.</summary>
    /// <param name="decoded">The samples that were decoded.</param>
    /// <param name="space">The latent space that converts between units; null where it is not known.</param>
    /// <param name="units">The units that the samples are read in.</param>
    /// <returns>The samples, the largest distance first; possibly more than <see cref="Most"/>.</returns>
    public static IReadOnlyList<AuditedSample> Choose(IReadOnlyList<AuditedSample> decoded, LatentSpace? space, LatentUnits units)
    {
        if (decoded.Count == 0)
        {
            return [];
        }

        var scale = RobustScale.Of([.. decoded.Select(LogDistance)], LeastSpread);
        var usualStd = RobustScale.MedianOf([.. decoded.Select(sample => sample.Std)]);
        var unitFactor = UnitFactor(space, units);
        foreach (var sample in decoded)
        {
            sample.Decoded!.IsOutlier = scale.Score(LogDistance(sample)) > Far && Proof.IsVisible(sample.Decoded.Distance);
            sample.Decoded.LooksLikeOtherUnits = LooksLikeOtherUnits(sample.Std, usualStd, unitFactor);
        }

        return
        [
            .. decoded
                .Where(sample => sample.Decoded is { IsOutlier: true } or { LooksMirrored: true } or { Correlation: < LeastCorrelation } or { LooksLikeOtherUnits: true })
                .OrderByDescending(sample => sample.Decoded!.Distance),
        ];
    }

    private static double LogDistance(AuditedSample sample) => Math.Log(Math.Clamp(sample.Decoded!.Distance, LeastDistance, 1 / LeastDistance));

    // The logarithm of how much larger standard deviations are in the other units.
    private static double UnitFactor(LatentSpace? space, LatentUnits units)
    {
        var scaling = (space?.Scaling ?? 1) / (space?.Std?.Average() ?? 1);
        return units == LatentUnits.Raw ? Math.Log(scaling) : -Math.Log(scaling);
    }

    private static bool LooksLikeOtherUnits(double std, double usual, double factor)
    {
        var found = Math.Log(std / usual);
        return Math.Abs(factor) > LeastUnitFactor && Math.Abs(found - factor) < Math.Abs(found);
    }
}
