using Microsoft.Playwright;

namespace PerceptualEval.Report.Tests;

/// <summary>Pictures: groups by keyboard, and zoom.</summary>
public sealed class GalleryTests(Chromium chromium, ReportFiles files)
{
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
}
