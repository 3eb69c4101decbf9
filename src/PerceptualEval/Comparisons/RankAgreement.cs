using MathNet.Numerics.Statistics;
using PerceptualEval.Statistics;

namespace PerceptualEval.Comparisons;

/// <summary>Whether latent L2 puts a checkpoint's samples in the order in which people would see them: how far it misleads on this data.</summary>
/// <param name="Name">The checkpoint.</param>
/// <param name="Count">How many samples are finite.</param>
/// <param name="Spearman">The rank correlation of latent L2 and the perceptual loss; null where it has no value.</param>
/// <param name="Disagreements">The samples whose two ranks are furthest apart, that one first.</param>
public sealed record RankAgreement(string Name, int Count, RankCorrelation? Spearman, IReadOnlyList<RankDisagreement> Disagreements)
{
    /// <summary>How many disagreeing samples are named.</summary>
    public const int DisagreementsNamed = 10;

    /// <summary>Ranks samples by both terms.</summary>
    /// <param name="name">The checkpoint.</param>
    /// <param name="ids">The samples' ids.</param>
    /// <param name="latent">Their latent L2, finite.</param>
    /// <param name="perceptual">Their perceptual losses, finite.</param>
    internal static RankAgreement Of(string name, IReadOnlyList<string> ids, double[] latent, double[] perceptual)
    {
        // A measure that is the same for all orders nothing: there is nothing to disagree with.
        if (RankCorrelation.Of(latent, perceptual) is not { } correlation)
        {
            return new RankAgreement(name, ids.Count, null, []);
        }

        var latentRanks = Shares(latent);
        var perceptualRanks = Shares(perceptual);
        var disagreements = Enumerable.Range(0, ids.Count)
            .Where(i => latentRanks[i] != perceptualRanks[i])
            .OrderByDescending(i => Math.Abs(latentRanks[i] - perceptualRanks[i]))
            .Take(DisagreementsNamed)
            .Select(i => new RankDisagreement(ids[i], latent[i], perceptual[i], latentRanks[i], perceptualRanks[i]));
        return new RankAgreement(name, ids.Count, correlation, [.. disagreements]);
    }

    // Ranks from 1 to n become shares from 0 to 1.
    private static double[] Shares(double[] values) => Array.ConvertAll(
        ArrayStatistics.RanksInplace((double[])values.Clone(), RankDefinition.Average),
        rank => (rank - 1) / (values.Length - 1));
}
