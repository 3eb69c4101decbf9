using Microsoft.Playwright;

namespace PerceptualEval.Report.Tests;

/// <summary>The page as a whole: every kind of report, on every medium.</summary>
public sealed class PageTests(Chromium chromium, ReportFiles files)
{
    [Theory]
    [InlineData("score")]
    [InlineData("compare")]
    [InlineData("audit")]
    public async Task Load_EveryKindOfReport_AsksNoNetworkAndSaysNothingOnTheConsole(string kind)
    {
        await using var opened = await chromium.Open(kind switch { "score" => files.Score, "compare" => files.Compare, _ => files.Audit });

        Assert.Empty(opened.Offences);
        Assert.True(await opened.FitsItsWidth());
        Assert.Equal(1, await opened.Page.Locator("h1").CountAsync());
    }

    [Fact]
    public async Task Load_TheVerdict_ComesFirstAndNeedsNoScript()
    {
        await using var opened = await chromium.Open(files.Score, new BrowserNewContextOptions { JavaScriptEnabled = false });

        Assert.Equal("Mean loss 0.5 over all samples", await opened.Page.Locator("h1").InnerTextAsync());
        Assert.Contains("Two samples are not finite.", await opened.Page.Locator(".sentences").InnerTextAsync(), StringComparison.Ordinal);
        Assert.True(await opened.Page.Locator("noscript p").IsVisibleAsync());
    }

    [Fact]
    public async Task Compare_SeveralCheckpoints_ShowsDifferencesWithIntervalsAndColumnsByChoice()
    {
        await using var opened = await chromium.Open(files.Compare);

        Assert.Equal(3, await opened.Page.Locator(".forest").CountAsync());
        Assert.Equal(3, await opened.Page.Locator(".forest").First.Locator("tbody tr").CountAsync());
        Assert.Contains("−0.06000", await opened.Page.Locator(".forest").First.Locator("tbody tr").Last.InnerTextAsync(), StringComparison.Ordinal);
        var columns = await opened.Page.Locator(".rows thead button").AllInnerTextsAsync();
        Assert.Equal(["Sample", "step-10000", "step-20000", "step-30000", "step-40000"], columns);

        await opened.Page.GetByLabel("Columns").SelectOptionAsync("All terms, step-20000");
        columns = await opened.Page.Locator(".rows thead button").AllInnerTextsAsync();
        Assert.Equal(["Sample", "Loss", "Latent L2", "LPIPS"], columns);
    }

    [Fact]
    public async Task Audit_Findings_AreShownWorstFirstWithTheirSamples()
    {
        await using var opened = await chromium.Open(files.Audit);

        var severities = await opened.Eval<string[]>("[...document.querySelectorAll('.finding')].map(f => f.dataset.severity)");
        Assert.Equal(["error", "warning", "note"], severities);
        await opened.Page.Locator(".finding .id").First.ClickAsync();
        Assert.Equal(SampleReports.Id(3), await opened.Page.Locator(".rows tr.selected th").InnerTextAsync());
    }

    [Fact]
    public async Task Audit_NothingDecoded_SamplesAreNamesThatLeadNowhere()
    {
        await using var opened = await chromium.Open(files.AuditOfValues);

        Assert.Equal(3, await opened.Page.Locator(".finding span.id").CountAsync());
        Assert.Equal(0, await opened.Page.Locator("main button").CountAsync());
        Assert.Equal(["Findings", "Provenance"], await opened.Page.Locator(".sections a").AllInnerTextsAsync());
        Assert.Empty(opened.Offences);
    }

    [Theory]
    [InlineData(360, 740)]
    [InlineData(390, 844)]
    public async Task Phone_EveryKindOfReport_DoesNotScrollSideways(int width, int height)
    {
        foreach (var file in new[] { files.Score, files.Compare, files.Audit, files.Hostile })
        {
            await using var opened = await chromium.Open(file, new BrowserNewContextOptions { ViewportSize = new() { Width = width, Height = height }, IsMobile = true, HasTouch = true });
            Assert.True(await opened.FitsItsWidth(), $"{Path.GetFileName(file)} is wider than {width} pixels");
        }
    }

    [Fact]
    public async Task Dark_SchemeOfTheSystem_IsFollowed()
    {
        await using var light = await chromium.Open(files.Score, new BrowserNewContextOptions { ColorScheme = ColorScheme.Light });
        await using var dark = await chromium.Open(files.Score, new BrowserNewContextOptions { ColorScheme = ColorScheme.Dark });
        const string luminance = "(() => { const [r, g, b] = getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number); return (r + g + b) / 765; })()";

        Assert.InRange(await light.Eval<double>(luminance), 0.95, 1);
        Assert.InRange(await dark.Eval<double>(luminance), 0, 0.15);
    }

    [Fact]
    public async Task Print_ThePage_ShowsAllGroupsAndTheFirstRowsWithoutControls()
    {
        await using var opened = await chromium.Open(files.Score, new BrowserNewContextOptions { ColorScheme = ColorScheme.Dark });
        await opened.Page.EmulateMediaAsync(new() { Media = Media.Print });
        await opened.Eval<bool>("dispatchEvent(new Event('beforeprint'))");

        Assert.False(await opened.Page.Locator(".filters").IsVisibleAsync());
        Assert.Equal(40, await opened.Page.Locator(".rows tbody tr").CountAsync());
        Assert.Equal(await opened.Eval<int>("gallery.groups.flatMap(group => group.samples).length"), await opened.Page.Locator(".shot").CountAsync());
        Assert.Equal("rgb(255, 255, 255)", await opened.Eval<string>("getComputedStyle(document.body).backgroundColor"));

        await opened.Eval<bool>("dispatchEvent(new Event('afterprint'))");
        Assert.InRange(await opened.Page.Locator(".shot").CountAsync(), 1, 8);
    }
}
