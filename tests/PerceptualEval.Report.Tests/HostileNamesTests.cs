using System.Text;

namespace PerceptualEval.Report.Tests;

/// <summary>Ids are file names: anybody's text. None of it may run, end an element or be taken for a part of the page.</summary>
public sealed class HostileNamesTests(Chromium chromium, ReportFiles files)
{
    [Fact]
    public async Task Page_OfHostileNames_RunsNoneOfThem()
    {
        await using var opened = await chromium.Open(files.Hostile);
        await opened.Page.Locator(".pictures button").First.ClickAsync();
        await opened.Page.Keyboard.PressAsync("Escape");

        Assert.Empty(opened.Offences);
        Assert.Equal(2, await opened.Page.Locator("script").CountAsync());
        Assert.Equal(0, await opened.Page.Locator("img[src='x'], svg[onload], b").CountAsync());
    }

    [Fact]
    public async Task Page_OfHostileNames_ShowsThemAsTheyAre()
    {
        await using var opened = await chromium.Open(files.Hostile);

        Assert.Equal(SampleReports.HostileIds[0], await opened.Page.TitleAsync());
        Assert.Equal(SampleReports.HostileIds[1], await opened.Page.Locator("h1").TextContentAsync());
        var ids = await opened.Eval<string[]>("ids");
        Assert.Equal([.. SampleReports.HostileIds, "nan"], ids);
        var shown = await opened.Page.Locator(".rows tbody .id").AllTextContentsAsync();
        Assert.Superset(new HashSet<string>(SampleReports.HostileIds), new HashSet<string>(shown));
    }

    [Fact]
    public void Page_OfHostileNames_HoldsNoMarkupOfTheirs()
    {
        var html = File.ReadAllText(files.Hostile, Encoding.UTF8);

        // The two ends of the page's own scripts.
        Assert.Equal(2, html.Split("</script").Length - 1);
        Assert.DoesNotContain("<img src=x", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<svg onload", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<!--<script", html, StringComparison.Ordinal);
    }
}
