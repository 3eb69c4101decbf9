using System.Globalization;
using System.Text.Json;
using PerceptualEval.Cli.Results;
using PerceptualEval.Statistics;

namespace PerceptualEval.Cli.Reports;

/// <summary>The report of <c>score</c>: one checkpoint, and what its numbers say.</summary>
internal static class ScoreReport
{
    // From which rank correlation on two orders are called so.
    private const double NearlySame = 0.9;
    private const double Similar = 0.6;

    /// <summary>Makes the report of a run, without pictures.</summary>
    /// <param name="title">What was scored.</param>
    /// <param name="name">The checkpoint's name.</param>
    /// <param name="rows">Its scores.</param>
    /// <param name="provenance">What they depend on.</param>
    /// <param name="badFiles">How many samples were passed over because their files are bad.</param>
    public static ReportData Of(string title, string name, IReadOnlyList<ScoreRow> rows, ScoreProvenance provenance, long badFiles) => Of(
        title, name, rows, JsonElement.Parse(ResultJson.Bytes(provenance, ResultJson.Default.ScoreProvenance)), provenance.Weights, badFiles);

    /// <summary>Makes the report of results read back, without pictures.</summary>
    /// <param name="title">What was scored.</param>
    /// <param name="name">The checkpoint's name.</param>
    /// <param name="rows">Its scores.</param>
    /// <param name="provenance">What they depend on, as in JSON; null where that is not known.</param>
    /// <param name="weights">The weights of the terms; null where they are not known.</param>
    /// <param name="badFiles">How many samples were passed over because their files are bad.</param>
    public static ReportData Of(string title, string name, IReadOnlyList<ScoreRow> rows, JsonElement? provenance, LossWeights? weights, long badFiles)
    {
        var (terms, checkpoints) = ReportRows.Of([(name, rows)]);
        return new ReportData
        {
            Title = title,
            Verdict = Verdict([.. rows.Where(row => row.NonFinite is null)], rows.Count, weights, badFiles),
            Terms = terms,
            Checkpoints = checkpoints,
            Facts = ProvenanceFacts.Of(provenance),
            Gallery = Gallery.None with { Groups = GallerySelection.Of(terms, checkpoints) },
        };
    }

    /// <summary>Whether latent L2 orders samples as LPIPS does, in a sentence; null where that can't be told.</summary>
    /// <param name="correlation">Their rank correlation.</param>
    /// <param name="of">Whose samples.</param>
    public static string? OnRanks(RankCorrelation? correlation, string of = "the samples")
    {
        if (correlation is null)
        {
            return null;
        }

        var (order, meaning) = correlation.Rho switch
        {
            >= NearlySame => ("nearly the same order", "on this data L2 would nearly do"),
            >= Similar => ("similar orders", "mostly they agree, but not on every sample"),
            _ => ("different orders", "L2 does not tell which of them look bad"),
        };

        // Adding 0 makes 0 of −0, which would be written with its sign.
        return string.Create(CultureInfo.InvariantCulture, $"Latent L2 and LPIPS put {of} in {order} (rank correlation {Math.Round(correlation.Rho, 2) + 0:0.00}): {meaning}.");
    }

    private static ReportVerdict Verdict(ScoreRow[] finite, int count, LossWeights? weights, long badFiles)
    {
        var loss = TermSummary.Of([.. finite.Select(row => row.Loss).OfType<double>()]);
        var nonFinite = count - finite.Length;
        List<string?> sentences =
        [
            nonFinite > 0 ? FormattableString.Invariant($"{nonFinite} of {count} samples {(nonFinite == 1 ? "is" : "are")} not finite, and in no average.") : null,
            badFiles > 0 ? FormattableString.Invariant($"{badFiles} more could not be read, and {(badFiles == 1 ? "was" : "were")} passed over.") : null,
            loss.Ci95 is { } interval ? $"The 95 % interval of the mean is {FourDigits.Format(interval.Low)} to {FourDigits.Format(interval.High)}. Half of the samples lie below {FourDigits.Format(loss.P50)}, one in twenty above {FourDigits.Format(loss.P95)}." : null,
            Shares(finite, loss.Mean, weights),
            OnRanks(RankCorrelation.Of([.. finite.Select(row => row.LatentL2Loss).OfType<double>()], Aligned(finite))),
        ];
        var samples = finite.Length == 1 ? "one sample" : FormattableString.Invariant($"{finite.Length:N0} samples");
        return new ReportVerdict(
            loss.Mean is { } mean ? $"Mean loss {FourDigits.Format(mean)} over {samples}" : "No sample has a finite loss",
            [.. sentences.OfType<string>()],
            nonFinite > 0 || badFiles > 0 ? ReportTone.Bad : ReportTone.Neutral);
    }

    // Empty, and so without a correlation, where LPIPS was not computed.
    private static double[] Aligned(ScoreRow[] finite) => finite.All(row => row.PerceptualLoss is not null)
        ? [.. finite.Select(row => row.PerceptualLoss!.Value)]
        : [.. finite.Select(_ => 0.0)];

    private static string? Shares(ScoreRow[] finite, double? mean, LossWeights? weights)
    {
        if (weights is null || mean is not > 0)
        {
            return null;
        }

        (string Name, double Weight, Func<ScoreRow, double?> Value)[] terms =
        [
            ("latent L2", weights.Latent, row => row.LatentL2Loss),
            ("LPIPS", weights.Perceptual, row => row.PerceptualLoss),
            ("LPIPS to the image", weights.Input, row => row.PerceptualLossOnInputs),
        ];
        var shares = terms
            .Where(term => term.Weight > 0)
            .Select(term => string.Create(CultureInfo.InvariantCulture, $"{100 * term.Weight * finite.Average(row => term.Value(row) ?? 0) / mean:0} % {term.Name}"))
            .ToArray();
        return shares.Length > 1 ? $"The loss is made of {string.Join(", ", shares[..^1])} and {shares[^1]}." : null;
    }
}
