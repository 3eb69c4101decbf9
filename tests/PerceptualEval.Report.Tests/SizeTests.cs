using System.Text.Json;
using PerceptualEval.Cli.Reports;

namespace PerceptualEval.Report.Tests;

/// <summary>How large the page is, and what its numbers keep.</summary>
public sealed class SizeTests(ReportFiles files)
{
    [Fact]
    public void Page_OfTenThousandSamplesAndFourCheckpoints_StaysBelowFifteenMegabytes()
    {
        var file = files.File("compare-10000", () => SampleReports.Compare(4, 10_000));

        Assert.InRange(new FileInfo(file).Length, 1_000_000, 15_000_000);
    }

    [Fact]
    public void Json_Values_KeepFiveDigitsAndTheirPlace()
    {
        var data = new ReportData
        {
            Title = "t",
            Verdict = new ReportVerdict("h", []),
            Terms = [ReportTerm.Loss],
            Checkpoints =
            [
                new ReportCheckpoint("a", [new ReportRow("x", [1.0 / 3]), new ReportRow("y", [1e-9 / 7])]),
                new ReportCheckpoint("b", [new ReportRow("y", [12345.678]), new ReportRow("z", [null], "NaN")]),
            ],
            Facts = [],
        };

        using var json = JsonDocument.Parse(PageJson.Write(PageData.Of(data)));
        Assert.Equal(["x", "y", "z"], json.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetString()));
        Assert.Equal(["0.33333", "1.4286E-10", "null"], Values(json, 0));
        Assert.Equal(["null", "12346", "null"], Values(json, 1));
        Assert.Equal("NaN", json.RootElement.GetProperty("checkpoints")[1].GetProperty("nonFinite").GetProperty("2").GetString());
        Assert.Equal(12345.678, json.RootElement.GetProperty("checkpoints")[1].GetProperty("summaries")[0].GetProperty("mean").GetDouble());
    }

    private static string[] Values(JsonDocument json, int checkpoint) =>
        [.. json.RootElement.GetProperty("checkpoints")[checkpoint].GetProperty("values")[0].EnumerateArray().Select(value => value.GetRawText())];
}
