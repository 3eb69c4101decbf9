using System.Globalization;
using PerceptualEval.Statistics;
using Spectre.Console;

namespace PerceptualEval.Cli.Results;

/// <summary>
/// Shows scores to people: what was measured, the first samples, the summary, and which samples are not finite. Printed in one piece
/// at the end.
/// </summary>
/// <param name="console">Where to print.</param>
/// <param name="provenance">What the scores depend on.</param>
internal sealed class ScoreTable(ResultConsole console, ScoreProvenance provenance) : ScoreWriter
{
    /// <summary>How many samples are shown, and how many reasons of non-finite ones.</summary>
    public const int RowsShown = 20;

    private static readonly (string Name, Func<TermSummary, double?> Value)[] Statistics =
    [
        ("mean", term => term.Mean),
        ("+/- (95 %)", term => term.Ci95?.High - term.Mean),
        ("std", term => term.Std),
        ("min", term => term.Min),
        ("p50", term => term.P50),
        ("p95", term => term.P95),
        ("max", term => term.Max),
    ];

    private readonly List<ScoreRow> _first = [];
    private readonly List<ScoreRow> _nonFinite = [];
    private long _count;

    /// <inheritdoc/>
    public override void Write(ScoreRow row)
    {
        _count++;
        if (_first.Count < RowsShown)
        {
            _first.Add(row);
        }

        if (row.NonFinite is not null && _nonFinite.Count < RowsShown)
        {
            _nonFinite.Add(row);
        }
    }

    /// <inheritdoc/>
    public override void Complete(LossSummary summary, long badFiles = 0)
    {
        console.WriteFacts(Facts(provenance));
        console.Write(ScoresAndSummary(summary));
        WriteNonFinite(summary);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
    }

    /// <summary>What scores depend on, in names and values.</summary>
    public static IReadOnlyList<(string Name, string Value)> Facts(ScoreProvenance provenance) =>
    [
        provenance.Decoders is { } decoders
            ? ("decoders", string.Join(", ", decoders))
            : ("decoder", provenance.Decoder?.ToString() ?? "not used"),
        ("lpips", provenance.Lpips?.ToString() ?? "not used"),
        ("weights", $"latent {Weight(provenance.Weights.Latent)}, perceptual {Weight(provenance.Weights.Perceptual)}, input {Weight(provenance.Weights.Input)}"),
        ("latents", $"{provenance.Units} units"),
        ("resize", provenance.Resize),
        ("ran on", $"{provenance.Device}, {provenance.Runtime}"),
    ];

    /// <summary>The terms that a summary has: what people call them, a sample's value, the summary.</summary>
    public static IReadOnlyList<(string Name, Func<ScoreRow, double?> Value, TermSummary Summary)> Terms(LossSummary summary)
    {
        List<(string Name, Func<ScoreRow, double?> Value, TermSummary Summary)> terms =
        [
            ("loss", row => row.Loss, summary.Loss),
            ("latent L2", row => row.LatentL2Loss, summary.LatentL2Loss),
        ];
        if (summary.PerceptualLoss is { } perceptual)
        {
            terms.Add(("LPIPS", row => row.PerceptualLoss, perceptual));
        }

        if (summary.PerceptualLossOnInputs is { } onInputs)
        {
            terms.Add(("LPIPS to image", row => row.PerceptualLossOnInputs, onInputs));
        }

        return terms;
    }

    private static string Weight(double weight) => weight.ToString(CultureInfo.InvariantCulture);

    // One table, so that the summary of a term stands below its values.
    private Table ScoresAndSummary(LossSummary summary)
    {
        var terms = Terms(summary);
        var table = console.Columns("sample", terms.Select(term => term.Name));
        foreach (var row in _first)
        {
            table.AddRow([ResultConsole.Literal(row.Id), .. terms.Select(term => Cell(row, term.Value(row)))]);
        }

        if (_count > _first.Count)
        {
            table.AddRow(new Text($"and {_count - _first.Count} more", ResultConsole.Aside));
        }

        table.AddEmptyRow();
        foreach (var (name, statistic) in Statistics)
        {
            var style = name == "mean" ? ResultConsole.Answer : Style.Plain;
            table.AddRow([new Text(name, style), .. terms.Select(term => new Text(FourDigits.Format(statistic(term.Summary)), style))]);
        }

        return table;
    }

    private void WriteNonFinite(LossSummary summary)
    {
        if (summary.NonFinite == 0)
        {
            return;
        }

        var verb = summary.NonFinite == 1 ? "is" : "are";
        console.WriteLine(
            $"{summary.NonFinite} of {summary.Count} samples {verb} not finite, and left out of the numbers above:", ResultConsole.Alarm);
        foreach (var row in _nonFinite)
        {
            console.WriteLine($"  {row.Id}: {row.NonFinite}", ResultConsole.Alarm);
        }

        if (summary.NonFinite > _nonFinite.Count)
        {
            console.WriteLine($"  and {summary.NonFinite - _nonFinite.Count} more", ResultConsole.Alarm);
        }
    }

    private static Text Cell(ScoreRow row, double? value) => value is null && row.NonFinite is not null
        ? new Text("not finite", ResultConsole.Alarm)
        : new Text(FourDigits.Format(value));
}
