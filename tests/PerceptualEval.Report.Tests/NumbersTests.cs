using PerceptualEval.Cli.Reports;
using PerceptualEval.Statistics;

namespace PerceptualEval.Report.Tests;

/// <summary>Numbers as people read them: in verdicts, and as the page's script writes them.</summary>
public sealed class NumbersTests(Chromium chromium, ReportFiles files)
{
    [Theory]
    [InlineData(-0.004, "0.00")]
    [InlineData(-0.006, "-0.01")]
    [InlineData(0.996, "1.00")]
    public void OnRanks_NearZero_HasNoSign(double rho, string expected) =>
        Assert.Contains($"(rank correlation {expected})", ScoreReport.OnRanks(new RankCorrelation(rho, null)), StringComparison.Ordinal);

    [Theory]
    [InlineData("fixed(-0.004, 2)", "0.00")]
    [InlineData("fixed(-0.006, 2)", "−0.01")]
    [InlineData("fourDigits(-1.5e-9)", "−1.500e−9")]
    public async Task Script_Negative_IsWrittenWithAMinusAndOnlyWhereItIsOne(string expression, string expected)
    {
        await using var opened = await chromium.Open(files.Score);

        Assert.Equal(expected, await opened.Eval<string>(expression));
    }

    [Theory]
    [InlineData("1.2e-5, 1.24e-5", "1.20e−5 1.21e−5 1.22e−5 1.23e−5 1.24e−5")]
    [InlineData("-2e-7, 2e-7", "−2e−7 −1e−7 0 1e−7 2e−7")]
    [InlineData("1000000, 1000004", "1.000000e+6 1.000001e+6 1.000002e+6 1.000003e+6 1.000004e+6")]
    [InlineData("0, 0.2", "0 0.05 0.10 0.15 0.20")]
    public async Task Ticks_OfARange_CanBeToldApart(string range, string expected)
    {
        await using var opened = await chromium.Open(files.Score);

        Assert.Equal(expected, await opened.Eval<string>($"ticks({range}, 4).map(tick => tick.label).join(' ')"));
    }
}
