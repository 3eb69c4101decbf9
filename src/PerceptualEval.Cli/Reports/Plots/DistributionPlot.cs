using ScottPlot;

namespace PerceptualEval.Cli.Reports.Plots;

/// <summary>How the samples' values of a term are distributed: bars for one checkpoint, outlines for several.</summary>
internal static class DistributionPlot
{
    private const int MostBins = 40;
    private const int FewestBins = 5;

    // Of the values' size: what float32 networks give for the same picture twice lies closer together.
    private const double NoSpread = 1e-6;

    /// <summary>Draws a term.</summary>
    /// <param name="data">The report.</param>
    /// <param name="term">Which of its terms.</param>
    /// <returns>The chart; null where no sample has a value.</returns>
    public static Plot? Of(ReportData data, int term)
    {
        double[][] values = [.. data.Checkpoints.Select(checkpoint => checkpoint.FiniteValues(term))];
        var all = values.SelectMany(of => of).ToArray();
        if (all.Length == 0)
        {
            return null;
        }

        var (low, high) = Range(all);
        var bins = Math.Clamp((int)Math.Ceiling(2 * Math.Cbrt(values.Max(of => of.Length))), FewestBins, MostBins);
        var plot = ReportPlots.New(data.Terms[term].Label, data.Terms[term].Label, "Samples");
        for (var i = 0; i < values.Length; i++)
        {
            Draw(plot, Counts(values[i], low, high, bins), low, (high - low) / bins, i, values.Length > 1 ? data.Checkpoints[i].Name : null);
        }

        plot.Axes.SetLimitsX(low, high);
        plot.Axes.SetLimitsY(0, 1.05 * values.Max(of => Counts(of, low, high, bins).Max()));
        return plot;
    }

    // Values that are the same but for rounding get a tenth around them, in which bins and labels can be told apart.
    private static (double Low, double High) Range(double[] values)
    {
        var (low, high) = (values.Min(), values.Max());
        var size = Math.Max(Math.Abs(low), Math.Abs(high));
        var room = high - low > NoSpread * size ? 0 : size > 0 ? size / 10 : 1;
        return (low - room, high + room);
    }

    private static int[] Counts(double[] values, double low, double high, int bins)
    {
        var counts = new int[bins];
        foreach (var value in values)
        {
            counts[Math.Min(bins - 1, (int)((value - low) / (high - low) * bins))]++;
        }

        return counts;
    }

    private static void Draw(Plot plot, int[] counts, double low, double width, int checkpoint, string? legend)
    {
        var color = ReportPlots.ColorOf(checkpoint);
        if (legend is null)
        {
            plot.Add.Bars(counts.Select((count, bin) => new Bar
            {
                Position = low + ((bin + 0.5) * width),
                Value = count,
                Size = width,
                FillColor = color,
                LineWidth = 0,
            }).ToArray());
            return;
        }

        double[] edges = [.. Enumerable.Range(0, counts.Length + 1).Select(bin => low + (bin * width))];
        var line = plot.Add.Scatter(edges, [.. counts.Select(count => (double)count), counts[^1]], color);
        line.ConnectStyle = ConnectStyle.StepHorizontal;
        line.MarkerSize = 0;
        line.LineWidth = 2;
        line.LegendText = legend;
        plot.ShowLegend(Alignment.UpperRight);
    }
}
