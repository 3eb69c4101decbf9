using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace PerceptualEval.Report.Tests;

/// <summary>axe-core finds nothing, in either colour scheme, on desktop and phone, with the pictures open.</summary>
public sealed class AccessibilityTests(Chromium chromium, ReportFiles files)
{
    [Theory]
    [InlineData("score", ColorScheme.Light, 1280)]
    [InlineData("score", ColorScheme.Dark, 1280)]
    [InlineData("score", ColorScheme.Light, 390)]
    [InlineData("compare", ColorScheme.Light, 1280)]
    [InlineData("compare", ColorScheme.Dark, 390)]
    [InlineData("audit", ColorScheme.Light, 1280)]
    [InlineData("audit", ColorScheme.Dark, 1280)]
    public async Task Page_CheckedByAxe_HasNoViolations(string kind, ColorScheme scheme, int width)
    {
        await using var opened = await Open(kind, scheme, width);

        await AssertClean(opened);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Zoom_CheckedByAxe_HasNoViolations(ColorScheme scheme)
    {
        await using var opened = await Open("score", scheme, 1280);
        await opened.Page.Locator(".pictures button").First.ClickAsync();

        await AssertClean(opened);
    }

    [Fact]
    public async Task Keyboard_TabThroughThePage_ReachesEverySectionAndShowsTheFocus()
    {
        await using var opened = await Open("score", ColorScheme.Light, 1280);
        var reached = new HashSet<string>();
        for (var i = 0; i < 120; i++)
        {
            await opened.Page.Keyboard.PressAsync("Tab");
            var (section, outline) = (
                await opened.Eval<string>("document.activeElement.closest('section, nav, .skip')?.id || document.activeElement.className || ''"),
                await opened.Eval<string>("getComputedStyle(document.activeElement).outlineStyle"));
            reached.Add(section);
            Assert.True(section.Length == 0 || outline != "none", $"no outline in '{section}'");
        }

        Assert.Superset(new HashSet<string> { "scatter", "gallery", "samples" }, reached);
    }

    private Task<OpenPage> Open(string kind, ColorScheme scheme, int width) => chromium.Open(
        kind switch { "score" => files.Score, "compare" => files.Compare, _ => files.Audit },
        new BrowserNewContextOptions { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce, ViewportSize = new() { Width = width, Height = 900 } });

    private static async Task AssertClean(OpenPage opened)
    {
        var result = await opened.Page.RunAxe();

        Assert.NotEmpty(result.Passes);
        Assert.Empty(result.Violations.Select(violation => $"{violation.Id}: {violation.Help}: {string.Join(" | ", violation.Nodes.Take(3).Select(node => node.Html))}"));
    }
}
