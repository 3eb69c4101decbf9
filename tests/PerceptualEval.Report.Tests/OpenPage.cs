using Microsoft.Playwright;

namespace PerceptualEval.Report.Tests;

/// <summary>A report in the browser, and what it did there that a report must not do.</summary>
internal sealed class OpenPage : IAsyncDisposable
{
    // Generous, for a machine that does other things.
    private const float PatienceMs = 120_000;

    private readonly IBrowserContext _context;

    private OpenPage(IBrowserContext context, IPage page) => (_context, Page) = (context, page);

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Errors and warnings on the console, uncaught exceptions, and requests other than for the page itself.</summary>
    public List<string> Offences { get; } = [];

    /// <summary>Loads a file.</summary>
    public static async Task<OpenPage> Load(IBrowserContext context, string file)
    {
        context.SetDefaultTimeout(PatienceMs);
        var opened = new OpenPage(context, await context.NewPageAsync());
        var address = new Uri(file).AbsoluteUri;
        opened.Page.Console += (_, message) => opened.Note(message.Type is "error" or "warning", $"console {message.Type}: {message.Text}");
        opened.Page.PageError += (_, error) => opened.Note(true, $"exception: {error}");
        opened.Page.Request += (_, request) => opened.Note(
            !request.Url.StartsWith(address, StringComparison.Ordinal) && !request.Url.StartsWith("data:", StringComparison.Ordinal), $"request: {request.Url}");
        opened.Page.Dialog += (_, dialog) =>
        {
            opened.Note(true, $"dialog: {dialog.Message}");
            _ = dialog.DismissAsync();
        };
        await opened.Page.GotoAsync(address);
        return opened;
    }

    /// <summary>Evaluates an expression in the page.</summary>
    public Task<T> Eval<T>(string expression) => Page.EvaluateAsync<T>(expression);

    /// <summary>Whether nothing on the page reaches beyond its right edge, so that it does not scroll sideways.</summary>
    public Task<bool> FitsItsWidth() => Eval<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth");

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Note(bool isOffence, string text)
    {
        if (isOffence)
        {
            Offences.Add(text);
        }
    }
}
