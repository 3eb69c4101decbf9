using ScottPlot;

namespace PerceptualEval.Cli.Reports.Plots;

/// <summary>How checkpoints differ from the baseline in a term, with 95 % intervals.</summary>
internal static class DifferencePlot
{
    /// <summary>Draws a term.</summary>
    /// <param name="data">The report.</param>
    /// <param name="term">The term.</param>
    /// <returns>The chart; null where nothing is compared.</returns>
    public static Plot? Of(ReportData data, ReportTerm term)
    {
        var differences = data.Differences.Where(difference => difference.Term == term.Key).ToArray();
        if (differences.Length == 0)
        {
            return null;
        }

        var plot = ReportPlots.New(
            $"{term.Label}: difference to {data.Checkpoints[0].Name}", $"Difference in {term.Label} (below 0 is better), 95 % interval", string.Empty);
        var zero = plot.Add.VerticalLine(0, 1, Color.FromHex("#4a5058"), LinePattern.Dashed);
        zero.LabelText = string.Empty;
        for (var i = 0; i < differences.Length; i++)
        {
            var difference = differences[i];
            var at = differences.Length - i;
            var color = ReportPlots.ColorOf(data.Checkpoints.ToList().FindIndex(checkpoint => checkpoint.Name == difference.Checkpoint));
            if (difference is { Low: { } low, High: { } high })
            {
                var interval = plot.Add.Line(low, at, high, at);
                interval.LineColor = color;
                interval.LineWidth = 2;
            }

            plot.Add.Marker(difference.Mean, at, MarkerShape.FilledCircle, 11, color);
        }

        plot.Axes.Left.SetTicks(
            [.. Enumerable.Range(0, differences.Length).Select(i => (double)(differences.Length - i))], [.. differences.Select(difference => difference.Checkpoint)]);
        plot.Axes.SetLimitsY(0.4, differences.Length + 0.6);
        return plot;
    }
}
