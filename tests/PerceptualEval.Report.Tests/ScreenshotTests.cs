using Microsoft.Playwright;

namespace PerceptualEval.Report.Tests;

/// <summary>Takes the pictures of the documentation. Not a test of anything: they are for looking at.</summary>
public sealed class ScreenshotTests(Chromium chromium, ReportFiles files)
{
    private const string FolderVariable = "REPORT_SCREENSHOTS";
    private const string PageVariable = "REPORT_PAGE";

    [Theory]
    [InlineData("desktop-light", 1280, 900, ColorScheme.Light)]
    [InlineData("desktop-dark", 1280, 900, ColorScheme.Dark)]
    [InlineData("phone-light", 390, 844, ColorScheme.Light)]
    [InlineData("phone-dark", 390, 844, ColorScheme.Dark)]
    public async Task Page_Screenshots_AreTaken(string name, int width, int height, ColorScheme scheme)
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.SkipWhen(folder is null, $"screenshots are taken with {FolderVariable}=FOLDER, of {PageVariable}=FILE or of made-up numbers");
        await using var opened = await chromium.Open(Environment.GetEnvironmentVariable(PageVariable) ?? files.Score, new BrowserNewContextOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
            ReducedMotion = ReducedMotion.Reduce,
            DeviceScaleFactor = width < 500 ? 2 : 1,
        });
        await Take(opened, folder, $"report-{name}", fullPage: false);
        await Take(opened, folder, $"report-{name}-whole", fullPage: true);
        if (await opened.Page.Locator(".pictures button").CountAsync() > 0)
        {
            await opened.Page.Locator(".pictures button").First.ClickAsync();
            await Take(opened, folder, $"report-{name}-zoom", fullPage: false);
        }

        Assert.Empty(opened.Offences);
    }

    private static Task<byte[]> Take(OpenPage opened, string folder, string name, bool fullPage) =>
        opened.Page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, $"{name}.png"), FullPage = fullPage });
}
