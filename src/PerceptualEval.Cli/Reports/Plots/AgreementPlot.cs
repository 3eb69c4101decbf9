using ScottPlot;

namespace PerceptualEval.Cli.Reports.Plots;

/// <summary>Latent L2 against LPIPS: every sample a point.</summary>
internal static class AgreementPlot
{
    // From so many points on they are drawn small and see-through.
    private const int Many = 1000;

    private static readonly MarkerShape[] Shapes = [MarkerShape.FilledCircle, MarkerShape.FilledSquare, MarkerShape.FilledTriangleUp, MarkerShape.FilledDiamond];

    /// <summary>Draws the samples of all checkpoints.</summary>
    /// <param name="data">The report.</param>
    /// <returns>The chart; null where fewer than two samples have both values.</returns>
    public static Plot? Of(ReportData data)
    {
        if (ReportTerm.LatentL2.IndexIn(data.Terms) is not { } x || ReportTerm.Perceptual.IndexIn(data.Terms) is not { } y)
        {
            return null;
        }

        var plot = ReportPlots.New("Latent L2 against LPIPS", ReportTerm.LatentL2.Label, ReportTerm.Perceptual.Label);
        var points = 0;
        for (var i = 0; i < data.Checkpoints.Count; i++)
        {
            var rows = data.Checkpoints[i].Rows.Where(row => row is { NonFinite: null } && row.Values[x] is not null && row.Values[y] is not null).ToArray();
            var many = rows.Length >= Many;
            var markers = plot.Add.Markers(
                Array.ConvertAll(rows, row => row.Values[x]!.Value), Array.ConvertAll(rows, row => row.Values[y]!.Value),
                Shapes[i % Shapes.Length], many ? 4 : 7, ReportPlots.ColorOf(i).WithAlpha(many ? 0.4 : 0.7));
            points += rows.Length;
            if (data.Checkpoints.Count > 1)
            {
                markers.LegendText = data.Checkpoints[i].Name;
                plot.ShowLegend(Alignment.LowerRight);
            }
        }

        plot.Axes.AutoScale();
        plot.Axes.SetLimits(left: 0, bottom: 0);
        return points < 2 ? null : plot;
    }
}
