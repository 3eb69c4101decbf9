using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;
using PerceptualEval.Cli.Results;

namespace PerceptualEval.Cli.Reports;

/// <summary>Writes a report as one HTML file that needs nothing else: no network, no fonts, no other file.</summary>
/// <remarks>
/// The parts lie in Reports/Page as they are: a template, a style sheet and scripts. What comes from outside — file names above all —
/// enters as escaped text or as JSON that can't end its element; the page's content security policy lets no other script run.
/// </remarks>
internal static class ReportPage
{
    // In the order that they build on each other.
    private static readonly string[] Scripts =
    [
        "format", "dom", "data", "ranks", "axes", "numbers", "findings", "histogram", "panel", "scatter", "forest", "zoom", "gallery", "filters", "table", "main",
    ];

    private static readonly HtmlEncoder Html = HtmlEncoder.Create(UnicodeRanges.All);

    /// <summary>Writes the page.</summary>
    /// <param name="output">Where to; left open and not committed.</param>
    /// <param name="data">What it shows.</param>
    /// <exception cref="OutputException">It can't be written.</exception>
    public static void Write(Output output, ReportData data)
    {
        var script = $"\"use strict\";\n{string.Concat(Scripts.Select(name => Part($"{name}.js")))}";
        var parts = new Dictionary<string, ReadOnlyMemory<byte>>
        {
            ["title"] = Text(data.Title),
            ["headline"] = Text(data.Verdict.Headline),
            ["tone"] = Text(data.Verdict.Tone.ToString().ToLowerInvariant()),
            ["sentences"] = Encoding.UTF8.GetBytes(string.Concat(data.Verdict.Sentences.Select(sentence => $"<p>{Html.Encode(sentence)}</p>"))),
            ["version"] = Text(ToolVersion.Text.Split('+')[0]),
            ["style"] = Encoding.UTF8.GetBytes(Part("report.css")),
            ["script"] = Encoding.UTF8.GetBytes(script),
            ["script-hash"] = Encoding.UTF8.GetBytes(Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)))),
            ["data"] = PageJson.Write(PageData.Of(data)),
        };
        foreach (var (text, name) in Split(Part("report.html")))
        {
            output.Write(Encoding.UTF8.GetBytes(text));
            output.Write(name is null ? [] : parts[name].Span);
        }
    }

    // Text and placeholder in turn: "…{{name}}…".
    private static IEnumerable<(string Text, string? Placeholder)> Split(string template)
    {
        for (var at = 0; at < template.Length;)
        {
            var start = template.IndexOf("{{", at, StringComparison.Ordinal);
            if (start < 0)
            {
                yield return (template[at..], null);
                yield break;
            }

            var end = template.IndexOf("}}", start, StringComparison.Ordinal);
            yield return (template[at..start], template[(start + 2)..end]);
            at = end + 2;
        }
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(Html.Encode(text));

    private static string Part(string name)
    {
        using var stream = typeof(ReportPage).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the report's '{name}' is not in this assembly.");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        // A browser hashes a script with its own line ends, whatever those of the checkout were.
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }
}
