using PerceptualEval.Cli.Reports;

namespace PerceptualEval.Report.Tests;

/// <summary>Which samples are worth looking at.</summary>
public sealed class GallerySelectionTests
{
    private static readonly ReportTerm[] Terms = [ReportTerm.Loss, ReportTerm.LatentL2, ReportTerm.Perceptual];

    [Fact]
    public void Of_OneCheckpoint_TakesTheEndsOfTheLossAndTheLargestRankGaps()
    {
        // Latent L2 rises with the number, LPIPS too, but for 5 (far too high) and 35 (far too low).
        var rows = Enumerable.Range(0, 40).Select(i => Row($"s{i}", i, i == 5 ? 38.5 : i == 35 ? 0.5 : i)).ToArray();

        var groups = GallerySelection.Of(Terms, [new ReportCheckpoint("a", rows)]);

        Assert.Equal(["Worst", "Best", "Worse than L2 says", "Better than L2 says"], groups.Select(group => group.Title));
        Assert.Equal(["s39", "s38", "s37", "s36", "s34", "s33", "s32", "s31"], groups[0].Ids);
        Assert.Equal(["s0", "s1", "s2", "s3", "s4", "s6", "s7", "s8"], groups[1].Ids);
        Assert.Equal("s5", groups[2].Ids[0]);
        Assert.Equal("s35", groups[3].Ids[0]);
    }

    [Fact]
    public void Of_FewSamples_ShowsEachOnceAsWorstOrBest()
    {
        var groups = GallerySelection.Of([ReportTerm.Loss], [new ReportCheckpoint("a", [.. Enumerable.Range(0, 3).Select(i => new ReportRow($"s{i}", [i]))])]);

        Assert.Equal(["s2", "s1"], groups[0].Ids);
        Assert.Equal(["s0"], groups[1].Ids);
    }

    [Fact]
    public void Of_SamplesThatAreNotFinite_LeavesThemOut()
    {
        ReportRow[] rows = [Row("good", 1, 1), new("bad", [null, null, null], "pred: 1 NaN"), Row("fine", 2, 2)];

        var groups = GallerySelection.Of(Terms, [new ReportCheckpoint("a", rows)]);

        Assert.DoesNotContain("bad", groups.SelectMany(group => group.Ids));
        Assert.Equal(["fine"], groups[0].Ids);
    }

    [Fact]
    public void Of_SeveralCheckpoints_AddsTheSamplesInWhichTheyDiffer()
    {
        ReportCheckpoint[] checkpoints =
        [
            new("a", [.. Enumerable.Range(0, 30).Select(i => Row($"s{i}", i, i))]),
            new("b", [.. Enumerable.Range(0, 30).Select(i => Row($"s{i}", i + (i == 12 ? 20 : 0), i))]),
        ];

        var group = GallerySelection.Of(Terms, checkpoints)[^1];

        Assert.Equal("Checkpoints differ", group.Title);
        Assert.Equal("s12", group.Ids[0]);
    }

    [Fact]
    public void RankGaps_Ties_ShareTheMeanOfTheirPlaces()
    {
        // Places 0, 1.5, 1.5, 3 against 3, 2, 1, 0.
        Assert.Equal([-3, -0.5, 0.5, 3], GallerySelection.RankGaps([1, 2, 2, 9], [8, 6, 5, 4]));
    }

    private static ReportRow Row(string id, double latent, double perceptual) => new(id, [latent + perceptual, latent, perceptual]);
}
