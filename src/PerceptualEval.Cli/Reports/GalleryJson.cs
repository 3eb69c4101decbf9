using System.Globalization;
using System.Text.Json;
using PerceptualEval.Cli.Images;

namespace PerceptualEval.Cli.Reports;

/// <summary>Writes a gallery as the page's script reads it.</summary>
internal static class GalleryJson
{
    private const int HeatMapColors = 9;

    /// <summary>Writes the gallery as the property <c>gallery</c>.</summary>
    public static void Write(Utf8JsonWriter json, Gallery gallery, Dictionary<string, int> ids)
    {
        json.WriteStartObject("gallery");
        json.WriteString("note", gallery.Note);
        ReportJson.WriteNumber(json, "heatMapEnd", gallery.HeatMapEnd);
        ReportJson.WriteStrings(json, "heatMapColors", Enumerable.Range(0, HeatMapColors).Select(i => HexOf(ColorMap.ColorOf(i / (HeatMapColors - 1.0)))));
        json.WriteStartArray("groups");
        foreach (var group in gallery.Groups)
        {
            json.WriteStartObject();
            json.WriteString("title", group.Title);
            json.WriteString("meaning", group.Meaning);
            ReportJson.WriteIndices(json, "samples", group.Ids, ids);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartObject("pictures");
        foreach (var (id, pictures) in gallery.Pictures)
        {
            json.WriteStartArray(ids[id].ToString(CultureInfo.InvariantCulture));
            foreach (var picture in pictures)
            {
                WritePicture(json, picture);
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WritePicture(Utf8JsonWriter json, GalleryPicture picture)
    {
        json.WriteStartObject();
        json.WriteString("kind", ReportJson.Name(picture.Kind));
        json.WriteString("checkpoint", picture.Checkpoint);
        json.WriteNumber("width", picture.Image.Size.Width);
        json.WriteNumber("height", picture.Image.Size.Height);
        json.WriteBase64String("webp", picture.Image.WebP);
        json.WriteEndObject();
    }

    private static string HexOf(SkiaSharp.SKColor color) => $"#{color.Red:x2}{color.Green:x2}{color.Blue:x2}";
}
