using System.Text.Json;
using PerceptualEval.Models;

namespace PerceptualEval.ModelBuilder.Checkpoints;

/// <summary>Reads the small JSON files that come with checkpoints.</summary>
internal static class JsonFile
{
    /// <summary>Reads a file that holds one JSON object.</summary>
    /// <exception cref="ModelException">It can't be read, or holds something else.</exception>
    public static JsonElement Read(string path)
    {
        try
        {
            using var stream = File.OpenRead(path);
            using var document = JsonDocument.Parse(stream);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? document.RootElement.Clone()
                : throw new ModelException($"'{path}': holds {document.RootElement.ValueKind}; expected a JSON object.");
        }
        catch (JsonException exception)
        {
            throw new ModelException($"'{path}': is not JSON ({exception.Message.TrimEnd('.')}). Download it again.", exception);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"'{path}': can't be read ({exception.Message.TrimEnd('.')}).", exception);
        }
    }
}
