using MathNet.Numerics.Statistics;

namespace PerceptualEval.Cli.Reports;

/// <summary>Chooses the samples that are worth looking at.</summary>
internal static class GallerySelection
{
    // Pictures for this many samples and checkpoints fit a page at a size worth looking at.
    private const int PicturesOfGroup = 16;
    private const int MostOfGroup = 8;
    private const int LeastOfGroup = 3;

    /// <summary>The worst, the best, those that latent L2 and LPIPS judge most differently, and those that checkpoints differ most in.</summary>
    /// <param name="terms">What was measured.</param>
    /// <param name="checkpoints">The checkpoints; a sample is judged by its mean over them.</param>
    /// <returns>Groups of one sample or more; samples that are not finite in a checkpoint are in none.</returns>
    public static IReadOnlyList<GalleryGroup> Of(IReadOnlyList<ReportTerm> terms, IReadOnlyList<ReportCheckpoint> checkpoints)
    {
        if (terms.Count == 0 || checkpoints.Count == 0)
        {
            return [];
        }

        var size = Math.Clamp(PicturesOfGroup / checkpoints.Count, LeastOfGroup, MostOfGroup);
        var samples = Finite(checkpoints);
        var leading = terms[0];
        var byLoss = Ordered(samples, Means(samples, 0));
        var name = leading.Key == ReportTerm.Loss.Key ? "loss" : leading.Label;

        // Few samples are shown once: the upper half as the worst, the rest as the best.
        var worst = Math.Min(size, (byLoss.Count + 1) / 2);
        List<GalleryGroup> groups =
        [
            new("Worst", $"The highest {name}.", [.. Enumerable.Reverse(byLoss).Take(worst)]),
            new("Best", $"The lowest {name}.", [.. byLoss.Take(Math.Min(size, byLoss.Count - worst))]),
        ];
        if (ReportTerm.LatentL2.IndexIn(terms) is { } latent && ReportTerm.Perceptual.IndexIn(terms) is { } perceptual)
        {
            groups.AddRange(Disagreeing(samples, latent, perceptual, Math.Max(LeastOfGroup, size / 2)));
        }

        if (checkpoints.Count > 1)
        {
            var spread = samples.Select(sample => sample.Values.Max(values => values[0]!.Value) - sample.Values.Min(values => values[0]!.Value)).ToArray();
            groups.Add(new("Checkpoints differ", $"The {name} depends most on the checkpoint.", [.. Enumerable.Reverse(Ordered(samples, spread)).Take(size)]));
        }

        return groups.FindAll(group => group.Ids.Count > 0);
    }

    /// <summary>How many places each sample lies higher in one order than in another; ties share the mean of their places.</summary>
    /// <param name="values">What the first order goes by.</param>
    /// <param name="others">What the second order goes by; as many.</param>
    public static double[] RankGaps(ReadOnlySpan<double> values, ReadOnlySpan<double> others)
    {
        var (ranks, otherRanks) = (Ranks(values), Ranks(others));
        return [.. ranks.Select((rank, i) => rank - otherRanks[i])];
    }

    private static IEnumerable<GalleryGroup> Disagreeing(List<ScoredSample> samples, int latent, int perceptual, int size)
    {
        var gaps = RankGaps(Means(samples, perceptual), Means(samples, latent));
        var order = Enumerable.Range(0, samples.Count).OrderBy(i => gaps[i]).ToArray();
        yield return new GalleryGroup(
            "Worse than L2 says", "Latent L2 ranks these much better than LPIPS does: the latents are near, the pictures are not.",
            [.. order.Reverse().Where(i => gaps[i] > 0).Take(size).Select(i => samples[i].Id)]);
        yield return new GalleryGroup(
            "Better than L2 says", "Latent L2 ranks these much worse than LPIPS does: the latents are far apart, the pictures look alike.",
            [.. order.Where(i => gaps[i] < 0).Take(size).Select(i => samples[i].Id)]);
    }

    private static List<ScoredSample> Finite(IReadOnlyList<ReportCheckpoint> checkpoints)
    {
        var others = checkpoints.Skip(1).Select(checkpoint => checkpoint.Rows.ToDictionary(row => row.Id, StringComparer.Ordinal)).ToArray();
        var samples = new List<ScoredSample>();
        foreach (var row in checkpoints[0].Rows)
        {
            ReportRow?[] rows = [row, .. others.Select(other => other.GetValueOrDefault(row.Id))];
            if (rows.All(one => one is { NonFinite: null } && one.Values.All(value => value is not null)))
            {
                samples.Add(new(row.Id, Array.ConvertAll(rows, one => one!.Values)));
            }
        }

        return samples;
    }

    private static double[] Means(List<ScoredSample> samples, int term) =>
        [.. samples.Select(sample => sample.Values.Average(values => values[term]!.Value))];

    private static List<string> Ordered(List<ScoredSample> samples, double[] keys) =>
        [.. Enumerable.Range(0, samples.Count).OrderBy(i => keys[i]).Select(i => samples[i].Id)];

    private static double[] Ranks(ReadOnlySpan<double> values) => ArrayStatistics.RanksInplace(values.ToArray(), RankDefinition.Average);

    // Per checkpoint, one value per term.
    private readonly record struct ScoredSample(string Id, IReadOnlyList<double?>[] Values);
}
