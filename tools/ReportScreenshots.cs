#:package Microsoft.Playwright
#:property RestorePackagesWithLockFile=false
#:property PublishAot=false

// Takes the documentation's pictures of a report, to be looked at: dotnet run tools/ReportScreenshots.cs -- PAGE.html FOLDER
// For each screen the first view, the whole page, its pictures, and a sample enlarged; and the page as printed. Needs Chromium.
using Microsoft.Playwright;

const string Chromium = "/usr/bin/chromium";
string[] arguments = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
(string Name, int Width, int Height, ColorScheme Scheme)[] screens =
[
    ("desktop-light", 1280, 900, ColorScheme.Light), ("desktop-dark", 1280, 900, ColorScheme.Dark),
    ("phone-light", 390, 844, ColorScheme.Light), ("phone-dark", 390, 844, ColorScheme.Dark),
];

if (args is not [var report, var folder])
{
    Console.Error.WriteLine("expected: PAGE.html FOLDER");
    return 2;
}

using var playwright = await Playwright.CreateAsync();
await using var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = arguments });
foreach (var (name, width, height, scheme) in screens)
{
    var isPhone = width < 500;
    await using var context = await browser.NewContextAsync(new()
    {
        ViewportSize = new() { Width = width, Height = height },
        ColorScheme = scheme,
        ReducedMotion = ReducedMotion.Reduce,
        DeviceScaleFactor = isPhone ? 2 : 1,
        IsMobile = isPhone,
        HasTouch = isPhone,
    });
    var page = await context.NewPageAsync();
    await page.GotoAsync(new Uri(Path.GetFullPath(report)).AbsoluteUri);
    await Take(page, name);
    await Take(page, $"{name}-whole", wholePage: true);
    var pictures = page.Locator(".pictures button");
    if (await pictures.CountAsync() > 0)
    {
        await page.EvaluateAsync("location.hash = 'gallery'");
        await Take(page, $"{name}-pictures");
        await pictures.First.ClickAsync();
        await Take(page, $"{name}-zoom");
        await page.Keyboard.PressAsync("Escape");
    }
}

var printed = await browser.NewPageAsync();
await printed.GotoAsync(new Uri(Path.GetFullPath(report)).AbsoluteUri);
await printed.PdfAsync(new() { Path = PathOf("printed.pdf"), Format = "A4", PrintBackground = true });
return 0;

string PathOf(string name) => Path.Combine(folder, $"report-{name}");

Task Take(IPage page, string name, bool wholePage = false) =>
    page.ScreenshotAsync(new() { Path = PathOf($"{name}.jpg"), FullPage = wholePage, Type = ScreenshotType.Jpeg, Quality = 85 });
