using System.Globalization;
using PerceptualEval.Comparisons;
using PerceptualEval.Statistics;
using Spectre.Console;

namespace PerceptualEval.Cli.Results;

/// <summary>Shows a comparison to people: what was measured, every checkpoint's numbers, the differences to the baseline with a verdict, and how far latent L2 misleads.</summary>
/// <param name="console">Where to print.</param>
/// <param name="provenance">What the scores depend on.</param>
internal sealed class ComparisonTable(ResultConsole console, ScoreProvenance provenance)
{
    // The JSON has more.
    private const int DisagreementsShown = 3;

    /// <summary>Prints the comparison.</summary>
    /// <param name="summary">The comparison.</param>
    /// <param name="nonFinite">The first rows that are not finite.</param>
    public void Write(ComparisonSummary summary, IReadOnlyList<ScoreRow> nonFinite)
    {
        console.WriteFacts(ScoreTable.Facts(provenance));
        console.Write(Checkpoints(summary));
        if (summary.Comparisons.Count > 0)
        {
            console.Write(Differences(summary));
            WriteTooFew(summary);
        }

        WriteRankAgreement(summary);
        WriteNonFinite(summary, nonFinite);
    }

    /// <summary>A share as whole percent.</summary>
    public static string Percent(double? share) => share is { } value ? value.ToString("0 %", CultureInfo.InvariantCulture) : FourDigits.None;

    /// <summary>A verdict for people.</summary>
    public static string Words(Verdict verdict) => verdict switch
    {
        Verdict.Better => "better",
        Verdict.Worse => "worse",
        _ => "no difference shown",
    };

    private Table Checkpoints(ComparisonSummary summary)
    {
        var terms = Terms(summary.Checkpoints[0].Losses, provenance);
        var table = console.Columns("means", ["loss", "95 % interval", "p50", "p95", .. terms.Select(term => term.Name)]);
        foreach (var checkpoint in summary.Checkpoints)
        {
            var loss = checkpoint.Losses.Loss;
            table.AddRow(
            [
                ResultConsole.Literal(checkpoint.Name), new Text(FourDigits.Format(loss.Mean), ResultConsole.Answer), Interval(loss.Ci95),
                Number(loss.P50), Number(loss.P95), .. Terms(checkpoint.Losses, provenance).Select(term => Number(term.Summary.Mean)),
            ]);
        }

        return table;
    }

    private Table Differences(ComparisonSummary summary)
    {
        var table = console.Columns($"against {summary.Baseline}", ["difference", "95 % interval", "wins", "p (Holm)", "verdict"]);
        foreach (var comparison in summary.Comparisons)
        {
            table.AddRow(
                ResultConsole.Literal(comparison.Name), Number(comparison.Loss?.Mean), Interval(comparison.Loss?.Ci95),
                new Text(Percent(comparison.Loss?.WinRate)), Number(comparison.HolmP), new Text(Words(comparison.Verdict), ResultConsole.Answer));
        }

        return table;
    }

    // The least p-value of n differences is that of all on one side: 2 of 2^n choices of signs.
    private void WriteTooFew(ComparisonSummary summary)
    {
        var most = summary.Comparisons.Max(comparison => comparison.Loss?.Count ?? 0);
        if (summary.Comparisons.Count * Math.Pow(2, 1 - most) >= CheckpointComparison.Level)
        {
            console.WriteLine(FormattableString.Invariant($"{most} samples are too few to show a difference, however steady it is."), ResultConsole.Aside);
        }
    }

    private void WriteRankAgreement(ComparisonSummary summary)
    {
        foreach (var agreement in summary.RankAgreements.Where(agreement => agreement.Spearman is not null))
        {
            var most = agreement.Disagreements.Take(DisagreementsShown).Select(sample =>
                $"{sample.Id} ({Percent(sample.LatentRank)} by latent L2, {Percent(sample.PerceptualRank)} by LPIPS)");
            console.WriteLine(
                $"{agreement.Name}: rank correlation of latent L2 and LPIPS {FourDigits.Format(agreement.Spearman!.Rho)}"
                + (agreement.Disagreements.Count > 0 ? $"; furthest apart: {string.Join(", ", most)}" : ""),
                ResultConsole.Aside);
        }
    }

    private void WriteNonFinite(ComparisonSummary summary, IReadOnlyList<ScoreRow> nonFinite)
    {
        var count = summary.Checkpoints.Sum(checkpoint => checkpoint.Losses.NonFinite);
        if (count == 0)
        {
            return;
        }

        console.WriteLine(FormattableString.Invariant($"{count} scores are not finite, and left out of the numbers above:"), ResultConsole.Alarm);
        foreach (var row in nonFinite)
        {
            console.WriteLine($"  {row.Checkpoint}, {row.Id}: {row.NonFinite}", ResultConsole.Alarm);
        }

        if (count > nonFinite.Count)
        {
            console.WriteLine(FormattableString.Invariant($"  and {count - nonFinite.Count} more"), ResultConsole.Alarm);
        }
    }

    private static Text Number(double? value) => new(FourDigits.Format(value));

    private static Text Interval(ConfidenceInterval? interval) =>
        new(interval is { } ends ? $"{FourDigits.Format(ends.Low)} to {FourDigits.Format(ends.High)}" : FourDigits.None);

    /// <summary>The terms beside the loss. Where decoders are compared the latents are the same, and their difference is no news.</summary>
    public static IEnumerable<(string Name, TermSummary Summary)> Terms(LossSummary losses, ScoreProvenance provenance) =>
        ScoreTable.Terms(losses).Skip(provenance.Decoders is null ? 1 : 2).Select(term => (term.Name, term.Summary));
}
