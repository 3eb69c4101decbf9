using Microsoft.Playwright;

namespace PerceptualEval.Report.Tests;

/// <summary>The plot of all samples, with mouse, keyboard and finger.</summary>
public sealed class ScatterTests(Chromium chromium, ReportFiles files)
{
    [Fact]
    public async Task Scatter_HoverAndClick_ShowsTheSampleAndJumpsToIt()
    {
        await using var opened = await chromium.Open(files.Score);
        var canvas = opened.Page.Locator(".scatter canvas");
        await canvas.ScrollIntoViewIfNeededAsync();
        var at = await opened.Eval<float[]>(
            "(() => { const t = rankTerms, i = gallery.groups[0].samples[0], v = checkpoints[0].values, c = document.querySelector('.scatter canvas');"
            + "const r = t.map(k => range(scatterPoints(...t).map(p => k === t[0] ? p.a : p.b)));"
            + "return [scale(...r[0], margin.left, c.clientWidth - margin.right)(v[t[0]][i]), scale(...r[1], c.clientHeight - margin.bottom, margin.top)(v[t[1]][i])]; })()");
        var worst = await opened.Eval<string>("ids[gallery.groups[0].samples[0]]");

        await canvas.HoverAsync(new() { Position = new() { X = at[0], Y = at[1] } });
        Assert.Equal(worst, await opened.Page.Locator("#scatter-panel h3").InnerTextAsync());

        await canvas.ClickAsync(new() { Position = new() { X = at[0], Y = at[1] } });
        Assert.Equal(worst, await opened.Page.Locator(".shot.selected h3").InnerTextAsync());
        Assert.True(await InView(opened, ".shot.selected"));
    }

    [Fact]
    public async Task Scatter_ArrowKeysAndEnter_GoThroughTheSamples()
    {
        await using var opened = await chromium.Open(files.Score);
        await opened.Page.Locator(".scatter canvas").FocusAsync();

        await opened.Page.Keyboard.PressAsync("ArrowRight");
        var first = await opened.Page.Locator("#scatter-panel h3").InnerTextAsync();
        await opened.Page.Keyboard.PressAsync("ArrowRight");
        var second = await opened.Page.Locator("#scatter-panel h3").InnerTextAsync();

        Assert.NotEqual(first, second);
        Assert.True(await opened.Eval<bool>($"checkpoints[0].values[rankTerms[0]][ids.indexOf('{first}')] <= checkpoints[0].values[rankTerms[0]][ids.indexOf('{second}')]"));
    }

    [Fact]
    public async Task Phone_TapOnThePlot_ShowsTheSampleAndStays()
    {
        await using var opened = await chromium.Open(files.Score, new BrowserNewContextOptions { ViewportSize = new() { Width = 390, Height = 844 }, IsMobile = true, HasTouch = true });
        var canvas = opened.Page.Locator(".scatter canvas");
        await canvas.ScrollIntoViewIfNeededAsync();

        await canvas.TapAsync(new() { Position = new() { X = 110, Y = 230 } });

        Assert.StartsWith("2026/holiday/IMG_", await opened.Page.Locator("#scatter-panel h3").InnerTextAsync(), StringComparison.Ordinal);
        Assert.True(await InView(opened, ".scatter canvas"));
    }

    private static async Task<bool> InView(OpenPage opened, string selector)
    {
        await opened.Page.WaitForTimeoutAsync(500); // the scrolling is smooth
        return await opened.Eval<bool>($"(() => {{ const b = document.querySelector('{selector}').getBoundingClientRect(); return b.bottom > 0 && b.top < innerHeight; }})()");
    }
}
