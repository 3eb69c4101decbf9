using Microsoft.Playwright;

namespace PerceptualEval.Report.Tests;

/// <summary>What people do with a report: point, click, sort, filter, enlarge, with mouse, finger and keyboard.</summary>
public sealed class PageTests(Chromium chromium, ReportFiles files)
{
    // The sample whose loss is highest, and the values that the table shows first.
    private const string WorstRow = ".rows tbody tr[aria-rowindex='2']";

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
    public async Task Sort_ClickedTwice_TurnsTheOrderAndSaysSo()
    {
        await using var opened = await chromium.Open(files.Score);
        var head = opened.Page.Locator(".rows thead th").Nth(2);

        await head.Locator("button").ClickAsync();
        Assert.Equal("descending", await head.GetAttributeAsync("aria-sort"));
        var falling = await Column(opened, 1);

        await head.Locator("button").ClickAsync();
        Assert.Equal("ascending", await head.GetAttributeAsync("aria-sort"));
        var rising = await Column(opened, 1);

        Assert.Equal(falling.OrderDescending(), falling);
        Assert.Equal(rising.Order(), rising);
        Assert.True(falling[0] > rising[0]);
        Assert.Equal(1, await opened.Page.Locator(".rows th[aria-sort]").CountAsync());
    }

    [Fact]
    public async Task Filter_ByNameAndByValue_LeavesThoseSamples()
    {
        await using var opened = await chromium.Open(files.Score);
        var count = opened.Page.Locator(".count").First;

        await opened.Page.GetByLabel("Find by name").FillAsync("img_0001");
        Assert.Equal("10 of 300 samples", await count.InnerTextAsync());

        await opened.Page.GetByLabel("Find by name").FillAsync("");
        await opened.Page.GetByLabel("At least").FillAsync("0.8");
        var left = await Column(opened, 0);
        Assert.All(left, value => Assert.InRange(value, 0.8, 5));
        var above = await opened.Eval<int>("checkpoints[0].values[0].filter(value => value >= 0.8).length");
        Assert.Equal($"{above} of 300 samples", await count.InnerTextAsync());

        await opened.Page.GetByRole(AriaRole.Button, new() { Name = "Clear" }).ClickAsync();
        await opened.Page.GetByLabel("Only not finite").CheckAsync();
        Assert.Equal("2 of 300 samples", await count.InnerTextAsync());
        Assert.Equal("not finite", await opened.Page.Locator($"{WorstRow} td").First.InnerTextAsync());
    }

    [Fact]
    public async Task Filter_AWordWhereANumberGoes_IsMarkedAndPassesAll()
    {
        await using var opened = await chromium.Open(files.Score);
        var field = opened.Page.GetByLabel("At most");

        await field.FillAsync("much");

        Assert.Equal("true", await field.GetAttributeAsync("aria-invalid"));
        Assert.Equal("300 samples", await opened.Page.Locator(".count").First.InnerTextAsync());
    }

    [Fact]
    public async Task Histogram_ClickOnABar_ListsItsSamples()
    {
        await using var opened = await chromium.Open(files.Score);

        await opened.Page.Locator(".chart").First.Locator(".bar").Nth(2).ClickAsync();

        var (low, high) = (Number(await opened.Page.GetByLabel("At least").InputValueAsync()), Number(await opened.Page.GetByLabel("At most").InputValueAsync()));
        Assert.True(low < high);
        Assert.All(await Column(opened, 0), value => Assert.InRange(value, low - 1e-4, high + 1e-4));
    }

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
    public async Task Gallery_ArrowKeysOnTheTabs_ChangeTheGroup()
    {
        await using var opened = await chromium.Open(files.Score);
        await opened.Page.GetByRole(AriaRole.Tab).First.FocusAsync();

        await opened.Page.Keyboard.PressAsync("ArrowRight");

        Assert.Equal("Best", await opened.Page.Locator("[role=tab][aria-selected=true]").InnerTextAsync());
        Assert.Equal("Best", await opened.Eval<string>("document.activeElement.textContent"));
        Assert.Equal(await opened.Eval<string>("ids[gallery.groups[1].samples[0]]"), await opened.Page.Locator(".shot h3").First.InnerTextAsync());
    }

    [Fact]
    public async Task Zoom_OpenedAndOperatedByKeyboard_ZoomsAllPicturesAlikeAndGivesFocusBack()
    {
        await using var opened = await chromium.Open(files.Score);
        await opened.Page.Locator(".pictures button").Nth(1).FocusAsync();
        await opened.Page.Keyboard.PressAsync("Enter");
        var title = opened.Page.Locator("#zoom-title");
        var worst = await title.InnerTextAsync();

        await opened.Page.Keyboard.PressAsync("+");
        await opened.Page.Keyboard.PressAsync("ArrowRight");
        var transforms = await opened.Eval<string[]>("[...document.querySelectorAll('.pane img')].map(img => img.style.transform)");
        Assert.Equal(3, transforms.Length);
        Assert.Single(transforms.Distinct());
        Assert.Contains("scale(2)", transforms[0], StringComparison.Ordinal);

        await opened.Page.Keyboard.PressAsync("0");
        await opened.Page.Keyboard.PressAsync("ArrowRight");
        Assert.NotEqual(worst, await title.InnerTextAsync());

        await opened.Page.Keyboard.PressAsync("Escape");
        Assert.False(await opened.Page.Locator("dialog").IsVisibleAsync());
        Assert.StartsWith("Enlarge: ", await opened.Eval<string>("document.activeElement.getAttribute('aria-label')"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Zoom_Wheel_KeepsTheSpotUnderThePointer()
    {
        await using var opened = await chromium.Open(files.Score);
        await opened.Page.Locator(".pictures button").First.ClickAsync();
        var pane = (await opened.Page.Locator(".pane").First.BoundingBoxAsync())!;
        await opened.Page.Mouse.MoveAsync(pane.X + (pane.Width / 4), pane.Y + (pane.Height / 4));

        await opened.Page.Mouse.WheelAsync(0, -600);
        await opened.Page.WaitForFunctionAsync("() => zoomView.factor === 4");

        // A quarter of the pane stays a quarter: x·(1 − 4). The pointer stands on a whole pixel, and its fraction counts three times.
        Assert.Equal(-0.75 * pane.Width, await opened.Eval<double>("zoomView.x"), 3.0);
    }

    [Fact]
    public async Task Table_TenThousandSamples_HoldsFewRowsAndShowsTheLast()
    {
        await using var opened = await chromium.Open(files.ScoreOfTenThousand);
        Assert.Equal("10,000 samples", await opened.Page.Locator(".count").First.InnerTextAsync());
        Assert.Equal("10001", await opened.Page.Locator(".rows table").GetAttributeAsync("aria-rowcount"));

        await opened.Eval<int>("(() => { const r = document.querySelector('.rows'); r.scrollTop = r.scrollHeight; return 0; })()");
        await opened.Page.WaitForSelectorAsync(".rows tr[aria-rowindex='10001']");

        Assert.InRange(await opened.Page.Locator(".rows tbody tr").CountAsync(), 10, 60);
        Assert.Equal("not finite", await opened.Page.Locator(".rows tr[aria-rowindex='10001'] td").First.InnerTextAsync());
        Assert.Empty(opened.Offences);
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
    public async Task Phone_TapOnThePlot_ShowsTheSampleAndStays()
    {
        await using var opened = await chromium.Open(files.Score, new BrowserNewContextOptions { ViewportSize = new() { Width = 390, Height = 844 }, IsMobile = true, HasTouch = true });
        var canvas = opened.Page.Locator(".scatter canvas");
        await canvas.ScrollIntoViewIfNeededAsync();

        await canvas.TapAsync(new() { Position = new() { X = 110, Y = 230 } });

        Assert.StartsWith("2026/holiday/IMG_", await opened.Page.Locator("#scatter-panel h3").InnerTextAsync(), StringComparison.Ordinal);
        Assert.True(await InView(opened, ".scatter canvas"));
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

    private static async Task<List<double>> Column(OpenPage opened, int column)
    {
        var cells = await opened.Eval<string[]>($"[...document.querySelectorAll('.rows tbody tr:not(.pad)')].map(row => row.querySelectorAll('td')[{column}].textContent)");
        return [.. cells.Select(Number)];
    }

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<bool> InView(OpenPage opened, string selector)
    {
        await opened.Page.WaitForTimeoutAsync(500); // the scrolling is smooth
        return await opened.Eval<bool>($"(() => {{ const b = document.querySelector('{selector}').getBoundingClientRect(); return b.bottom > 0 && b.top < innerHeight; }})()");
    }
}
