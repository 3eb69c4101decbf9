using System.Text.Json;

namespace PerceptualEval.Cli.Tests.Executable;

/// <summary>Reads what a report shows out of its page.</summary>
internal static class PageData
{
    private const string Start = "<script type=\"application/json\" id=\"data\">";

    /// <summary>The data of a page; the caller's.</summary>
    public static JsonDocument Of(string path)
    {
        var html = File.ReadAllText(path);
        var at = html.IndexOf(Start, StringComparison.Ordinal) + Start.Length;
        return JsonDocument.Parse(html[at..html.IndexOf("</script>", at, StringComparison.Ordinal)]);
    }

    /// <summary>What the pictures of a sample show, in order.</summary>
    /// <param name="data">The data of a page.</param>
    /// <param name="sample">The sample's index.</param>
    public static string[] Kinds(JsonDocument data, int sample) =>
        [.. data.RootElement.GetProperty("gallery").GetProperty("pictures").GetProperty($"{sample}").EnumerateArray().Select(picture => picture.GetProperty("kind").GetString()!)];
}
