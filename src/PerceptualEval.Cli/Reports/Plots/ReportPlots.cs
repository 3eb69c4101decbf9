using PerceptualEval.Cli.Results;
using ScottPlot;

namespace PerceptualEval.Cli.Reports.Plots;

/// <summary>Writes the charts of a report as PNG and SVG files.</summary>
internal static class ReportPlots
{
    private const int Width = 800;
    private const int Height = 480;

    // Twice the size that a chart is laid out in, so that letters are sharp on paper and on good screens.
    private const int PixelsPerUnit = 2;

    private static readonly string[] Colors = ["#0b5cad", "#c4500b", "#0a7f5f", "#94488f", "#846200", "#4d5b69"];

    /// <summary>Writes <c>distribution-TERM</c> for each term, <c>latent-l2-against-lpips</c> and <c>differences-TERM</c>, as far as there are numbers for them.</summary>
    /// <param name="folder">An existing folder; files of these names are replaced.</param>
    /// <param name="data">The report.</param>
    /// <exception cref="OutputException">A file can't be written.</exception>
    public static void Write(string folder, ReportData data)
    {
        PlotFont.Use();
        for (var term = 0; term < data.Terms.Count; term++)
        {
            if (DistributionPlot.Of(data, term) is { } distribution)
            {
                Save(distribution, folder, $"distribution-{FileName(data.Terms[term].Key)}");
            }

            if (DifferencePlot.Of(data, data.Terms[term]) is { } differences)
            {
                Save(differences, folder, $"differences-{FileName(data.Terms[term].Key)}");
            }
        }

        if (AgreementPlot.Of(data) is { } agreement)
        {
            Save(agreement, folder, "latent-l2-against-lpips");
        }
    }

    /// <summary>An empty chart in the look of all of them.</summary>
    /// <param name="title">What it shows.</param>
    /// <param name="x">The name of the horizontal axis.</param>
    /// <param name="y">The name of the vertical axis; empty for none.</param>
    public static Plot New(string title, string x, string y)
    {
        var plot = new Plot();
        plot.Font.Set(PlotFont.Name);
        plot.Title(title, size: 17);
        plot.XLabel(x, size: 14);
        plot.YLabel(y, size: 14);
        plot.Axes.Title.Label.Bold = false;
        plot.Axes.Bottom.Label.Bold = false;
        plot.Axes.Left.Label.Bold = false;
        plot.Axes.Color(Color.FromHex("#4a5058"));
        plot.Axes.Right.IsVisible = false;
        plot.Axes.Top.IsVisible = false;
        plot.Axes.Bottom.MinorTickStyle.Length = 0;
        plot.Axes.Left.MinorTickStyle.Length = 0;
        plot.Grid.MajorLineColor = Color.FromHex("#e6e6e1");
        return plot;
    }

    /// <summary>The colour of a checkpoint, as in the page.</summary>
    public static Color ColorOf(int checkpoint) => Color.FromHex(Colors[checkpoint % Colors.Length]);

    private static string FileName(string term) => term.Replace('_', '-');

    private static void Save(Plot plot, string folder, string name)
    {
        Save(Path.Combine(folder, $"{name}.svg"), System.Text.Encoding.UTF8.GetBytes(plot.GetSvgXml(Width, Height)));
        plot.ScaleFactor = PixelsPerUnit;
        Save(Path.Combine(folder, $"{name}.png"), plot.GetImageBytes(Width * PixelsPerUnit, Height * PixelsPerUnit, ImageFormat.Png));
    }

    private static void Save(string path, byte[] bytes)
    {
        using var file = new ReplacedFile(path);
        file.Write(bytes);
        file.Commit();
    }
}
