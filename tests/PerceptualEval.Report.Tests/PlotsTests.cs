using System.Xml.Linq;
using PerceptualEval.Cli.Images;
using PerceptualEval.Cli.Reports;
using PerceptualEval.Cli.Reports.Plots;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Report.Tests;

/// <summary>The charts as files.</summary>
public sealed class PlotsTests
{
    private static readonly string[] OfTwoCheckpoints =
    [
        "differences-latent-l2-loss", "differences-loss", "differences-perceptual-loss",
        "distribution-latent-l2-loss", "distribution-loss", "distribution-perceptual-loss", "latent-l2-against-lpips",
    ];

    [Fact]
    public void Write_AComparison_MakesEveryChartAsPngAndSvg()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["plots"]);

        ReportPlots.Write(folder["plots"], SampleReports.Compare(2, 50));

        var expected = OfTwoCheckpoints.SelectMany(name => new[] { $"{name}.png", $"{name}.svg" });
        Assert.Equal(expected.Order(StringComparer.Ordinal), Directory.GetFiles(folder["plots"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Equal(new ImageSize(960, 1600), ImageFile.ReadSize(folder["plots/distribution-loss.png"]));
    }

    [Fact]
    public void Write_Svg_HasTheWordsAsText()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["plots"]);

        ReportPlots.Write(folder["plots"], SampleReports.Compare(2, 50));

        var words = XDocument.Load(folder["plots/differences-loss.svg"]).Descendants().Where(element => element.Name.LocalName == "text").Select(text => text.Value.Trim()).ToArray();
        Assert.Contains("step-20000", words);
        Assert.Contains("Loss: difference to step-10000", words);
    }

    [Theory]
    [InlineData(0.3, 0.3, "0.3")]
    [InlineData(0.3, 0.30000000000000004, "0.3")]
    [InlineData(0, 0, "0")]
    [InlineData(2e-7, 2e-7, null)]
    public void Distribution_ValuesAlike_HasThemInTheMiddleAndLabelsAround(double first, double second, string? middle)
    {
        var data = SampleReports.Score(1) with { Terms = [ReportTerm.Loss], Checkpoints = [new ReportCheckpoint("a", [new("x", [first]), new("y", [second])])] };

        PlotFont.Use();
        var plot = DistributionPlot.Of(data, 0)!;
        var words = XDocument.Parse(plot.GetSvgXml(800, 480)).Descendants().Where(element => element.Name.LocalName == "text").Select(text => text.Value.Trim()).ToArray();

        var limits = plot.Axes.GetLimits();
        Assert.Equal(first, limits.HorizontalCenter, 1e-9);
        Assert.Equal(first == 0 ? 2 : first / 5, limits.HorizontalSpan, 1e-9);
        Assert.True(middle is null || words.Contains(middle), string.Join(' ', words));
    }

    [Fact]
    public void Write_Png_DrawsLettersWithoutFontsOfTheSystem()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["plots"]);

        ReportPlots.Write(folder["plots"], SampleReports.Score(50));

        // The title stands alone in the top 60 rows: dark pixels there are its letters.
        using var image = ImageFile.Read(folder["plots/distribution-loss.png"]);
        var dark = 0;
        foreach (var value in image.Span[..(60 * 1600)])
        {
            dark += value < -0.2f ? 1 : 0;
        }

        Assert.InRange(dark, 100, 20_000);
    }
}
