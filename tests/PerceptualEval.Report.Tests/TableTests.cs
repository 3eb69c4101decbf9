using Microsoft.Playwright;

namespace PerceptualEval.Report.Tests;

/// <summary>The table of samples, and what fills its filter.</summary>
public sealed class TableTests(Chromium chromium, ReportFiles files)
{
    // The sample whose loss is highest, and the values that the table shows first.
    private const string WorstRow = ".rows tbody tr[aria-rowindex='2']";

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

    private static async Task<List<double>> Column(OpenPage opened, int column)
    {
        var cells = await opened.Eval<string[]>($"[...document.querySelectorAll('.rows tbody tr:not(.pad)')].map(row => row.querySelectorAll('td')[{column}].textContent)");
        return [.. cells.Select(Number)];
    }

    private static double Number(string text) => double.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
