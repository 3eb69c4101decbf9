using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace PerceptualEval.Cli.Results.Folders;

/// <summary>
/// <c>manifest.json</c> of a results folder: what was run, which parts there are, and at the end the summary. What is not listed in it
/// does not count: a part becomes one only with the manifest that names it.
/// </summary>
/// <param name="Schema">The version of this layout: <see cref="CurrentSchema"/>.</param>
/// <param name="Verb">The verb that ran: <c>score</c>, <c>compare</c>.</param>
/// <param name="State">How far it is.</param>
/// <param name="Run">What was asked for, beside the provenance: inputs and options by name. Equal for the runs that may continue one another.</param>
/// <param name="Provenance">What the results depend on, as in <c>--json</c>: tool version, runtime, models with their hashes, weights, shard.</param>
/// <param name="PartSize">From how many rows on a part is closed; a batch is never split.</param>
/// <param name="Parts">The parts, in the order of their rows.</param>
/// <param name="Summary">The summary, as in <c>--json</c>; null while running.</param>
internal sealed record ResultManifest(
    int Schema,
    string Verb,
    ResultState State,
    IReadOnlyDictionary<string, string> Run,
    JsonElement Provenance,
    int PartSize,
    IReadOnlyList<ManifestPart> Parts,
    JsonElement? Summary)
{
    /// <summary>The layout that this version writes and reads.</summary>
    public const int CurrentSchema = 1;

    /// <summary>The file's name in the folder.</summary>
    public const string FileName = "manifest.json";

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    /// <summary>The name of a part.</summary>
    /// <param name="index">Which one, from 0.</param>
    public static string PartName(int index) => FormattableString.Invariant($"part-{index:00000}.parquet");

    /// <summary>Whether a folder holds the results of a run.</summary>
    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, FileName));

    /// <summary>Reads the manifest of a folder.</summary>
    /// <exception cref="ResultException">There is none, it can't be read, or another version wrote it.</exception>
    public static ResultManifest Read(string folder)
    {
        var path = Path.Combine(folder, FileName);
        try
        {
            var bytes = File.ReadAllBytes(path);
            RefuseOtherSchema(path, bytes);
            var manifest = JsonSerializer.Deserialize(bytes, ManifestJson.Default.ResultManifest) ?? throw new JsonException("it is null");
            for (var i = 0; i < manifest.Parts.Count; i++)
            {
                // A name from a file must not lead anywhere else. A part may be null in spite of its type.
                var name = ((ManifestPart?)manifest.Parts[i])?.File;
                if (name != PartName(i))
                {
                    throw new ResultException(path, $"part {i} is called '{name}'; expected '{PartName(i)}'. Restore the manifest that the tool wrote.");
                }
            }

            return manifest;
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new ResultException(folder, $"holds no {FileName}; expected a folder that --out DIR made.", exception);
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new ResultException(path, $"can't be read ({exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}). Restore it, or start again in another folder.", exception);
        }
    }

    /// <summary>The file's content.</summary>
    public byte[] ToBytes()
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes, Readable))
        {
            JsonSerializer.Serialize(writer, this, ManifestJson.Default.ResultManifest);
        }

        bytes.WriteByte((byte)'\n');
        return bytes.ToArray();
    }

    /// <summary>Reads a part and checks that it is what was written.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="part">One of <see cref="Parts"/>.</param>
    /// <exception cref="ResultException">It is missing, or has another content.</exception>
    public static IReadOnlyList<ResultRow> ReadPart(string folder, ManifestPart part)
    {
        var path = Path.Combine(folder, part.File);
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var found = exception is FileNotFoundException ? "is missing" : $"can't be read ({exception.Message.TrimEnd('.')})";
            throw new ResultException(path, $"{found}; the manifest lists it with {part.Rows} rows. Restore it, or start again in another folder.", exception);
        }

        var sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (sha256 != part.Sha256)
        {
            throw new ResultException(path, $"{bytes.Length} bytes with sha256 {sha256}; the manifest has {part.Sha256}. The file was changed or damaged: restore it, or start again in another folder.");
        }

        var rows = ResultTable.Read(path, bytes).Rows;
        return rows.Count == part.Rows ? rows
            : throw new ResultException(path, $"{rows.Count} rows; the manifest has {part.Rows}. Restore both, or start again in another folder.");
    }

    private static void RefuseOtherSchema(string path, byte[] bytes)
    {
        using var json = JsonDocument.Parse(bytes);
        if (!json.RootElement.TryGetProperty("schema", out var schema) || !schema.TryGetInt32(out var number))
        {
            throw new ResultException(path, "has no schema number; expected a manifest that this tool wrote.");
        }

        if (number != CurrentSchema)
        {
            throw new ResultException(path, $"schema {number}; this version of the tool ({ToolVersion.Text}) reads schema {CurrentSchema}. Use the version that wrote it.");
        }
    }
}
