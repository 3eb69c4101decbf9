using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Tests.Results;

public sealed class TableTests
{
    private static readonly DistanceProvenance Distances = new("0.1.0", "onnxruntime 1.31.1", "cpu", new ModelIdentity("alex", "cc33"));

    [Fact]
    public void ScoreTable_InAPipe_IsPlainText()
    {
        var expected = """
            decoder  taef2 (sha256 aa11)
            lpips    squeeze (sha256 bb22)
            weights  latent 1, perceptual 0.5, input 0
            latents  raw units
            resize   none
            ran on   cpu, onnxruntime 1.31.1

              sample             loss    latent L2    LPIPS

              cat#0            0.2500       0.1250   0.2500
              cat#1        not finite   not finite   0.5000
              bäume/it's       0.7500       0.5000   0.5000

              mean             0.5000       0.3125   0.3750
              +/- (95 %)        3.177        2.382    1.588
              std              0.3536       0.2652   0.1768
              min              0.2500       0.1250   0.2500
              p50              0.5000       0.3125   0.3750
              p95              0.7250       0.4812   0.4875
              max              0.7500       0.5000   0.5000

            1 of 3 samples is not finite, and left out of the numbers above:
              cat#1: pred: 3 NaN of 4096 values

            """;

        Assert.Equal(expected.ReplaceLineEndings(), Printed(console => Scores.WriteAll(new ScoreTable(console, Scores.Provenance))));
    }

    [Fact]
    public void ScoreTable_OnATerminal_HasColoursAndFitsItsWidth()
    {
        using var writer = new StringWriter();
        var console = ResultConsole.Terminal(writer, width: 60);

        using (var table = new ScoreTable(console, Scores.Provenance))
        {
            table.Write(new string('x', 100), new SampleLoss(0.125, 0.125, 0.5, 0.25));
            table.Complete(Scores.Summary);
        }

        var lines = writer.ToString().Split(Environment.NewLine);
        Assert.Contains(lines, line => line.Contains("\u001b[", StringComparison.Ordinal));
        Assert.All(lines, line => Assert.InRange(WithoutEscapes(line).Length, 0, 60));
        Assert.Contains(lines, line => line.Contains("0.1250", StringComparison.Ordinal));
    }

    [Fact]
    public void ScoreTable_ManySamples_ShowsTheFirstAndCountsTheRest()
    {
        var text = Printed(console =>
        {
            using var table = new ScoreTable(console, Scores.Provenance);
            for (var i = 0; i < ScoreTable.RowsShown + 7; i++)
            {
                table.Write($"sample-{i}", new SampleLoss(i, i, i, i), null);
            }

            table.Complete(Scores.Summary);
        });

        Assert.Contains("sample-19", text, StringComparison.Ordinal);
        Assert.DoesNotContain("sample-20", text, StringComparison.Ordinal);
        Assert.Contains("and 7 more", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ScoreTable_NonFiniteSampleFarDown_IsListedAllTheSame()
    {
        var text = Printed(console =>
        {
            using var table = new ScoreTable(console, Scores.Provenance);
            for (var i = 0; i < 500; i++)
            {
                table.Write($"sample-{i}", new SampleLoss(i == 400 ? double.NaN : i, i, null, null), "target: 1 infinite of 64 values");
            }

            table.Complete(Scores.Summary);
        });

        Assert.Contains("sample-400: target: 1 infinite of 64 values", text, StringComparison.Ordinal);
    }

    [Fact]
    public void ScoreTable_LongId_IsNotCutInAPipe()
    {
        var id = string.Join('/', Enumerable.Repeat("folder", 60));

        var text = Printed(console =>
        {
            using var table = new ScoreTable(console, Scores.Provenance);
            table.Write(id, new SampleLoss(0.125, 0.125, 0.5, null), null);
            table.Complete(Scores.Summary);
        });

        Assert.Contains($"  {id}   0.1250", text, StringComparison.Ordinal);
    }

    [Fact]
    public void DistanceTable_PairsWithLayers_ShowsThemAndTheMean()
    {
        var text = Printed(console => DistanceTable.Write(
            console,
            Distances,
            [new DistancePair("a", 0.125, [0.1, 0.025]), new DistancePair("b", 0.25), new DistancePair("c", double.NaN)]));

        var expected = """
            lpips   alex (sha256 cc33)
            ran on  cpu, onnxruntime 1.31.1

              pair          distance

              a               0.1250
                layer 0       0.1000
                layer 1      0.02500
              b               0.2500
              c           not finite

              mean of 2       0.1875


            """;
        Assert.Equal(expected.ReplaceLineEndings(), text);
    }

    [Fact]
    public void DistanceTable_IdWithMarkupAndEscapes_IsShownAndNotObeyed()
    {
        var text = Printed(console => DistanceTable.Write(console, Distances, [new DistancePair("[red]a[/]\u001b[2J", 0)]));

        Assert.Contains("[red]a[/]\uFFFD[2J", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', text);
    }

    [Theory]
    [InlineData(null, "-")]
    [InlineData(0.0, "0")]
    [InlineData(0.5, "0.5000")]
    [InlineData(0.123456, "0.1235")]
    [InlineData(12.3, "12.30")]
    [InlineData(9.99996, "10.00")]
    [InlineData(99999.6, "100000")]
    [InlineData(1234567.0, "1234567")]
    [InlineData(12345678.0, "1.235e+07")]
    [InlineData(0.0000123456, "0.00001235")]
    [InlineData(0.00000123456, "1.235e-06")]
    [InlineData(-0.123456, "-0.1235")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    public void FourDigits_AnyNumber_HasFourSignificantDigits(double? value, string expected) =>
        Assert.Equal(expected, FourDigits.Format(value));

    private static string Printed(Action<ResultConsole> print)
    {
        using var writer = new StringWriter();
        print(ResultConsole.Plain(writer));
        return writer.ToString();
    }

    private static string WithoutEscapes(string line) => System.Text.RegularExpressions.Regex.Replace(line, "\u001b\\[[0-9;]*m", "");
}
