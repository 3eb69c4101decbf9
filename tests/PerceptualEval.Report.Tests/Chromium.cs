using Microsoft.Playwright;
using PerceptualEval.Report.Tests;

[assembly: AssemblyFixture(typeof(Chromium))]

namespace PerceptualEval.Report.Tests;

/// <summary>The browser that the tests share, started when it is first asked for. Each test opens pages in a profile of its own.</summary>
public sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    // No window, and nothing that Chromium does over the network on its own.
    private static readonly string[] Arguments =
    [
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync",
    ];

    private readonly Lazy<Task<(IPlaywright, IBrowser)>> _started = new(Start);

    /// <summary>Opens a page; skips the running test where there is no Chromium.</summary>
    internal async Task<OpenPage> Open(string file, BrowserNewContextOptions? options = null)
    {
        Assert.SkipUnless(Places.Any(File.Exists), $"needs Chromium at {string.Join(" or ", Places)} (apt-get install chromium), which is not here");
        var (_, browser) = await _started.Value;
        var context = await browser.NewContextAsync(options ?? new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1280, Height = 900 } });
        return await OpenPage.Load(context, file);
    }

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated)
        {
            var (playwright, browser) = await _started.Value;
            await browser.DisposeAsync();
            playwright.Dispose();
        }
    }

    private static async Task<(IPlaywright, IBrowser)> Start()
    {
        var playwright = await Playwright.CreateAsync();
        return (playwright, await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Places.First(File.Exists), Args = Arguments }));
    }
}
