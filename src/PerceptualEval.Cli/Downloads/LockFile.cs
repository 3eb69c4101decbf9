using System.Text.Json;
using System.Text.Json.Serialization;
using PerceptualEval.Cli.Results;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Downloads;

/// <summary>
/// <c>catalogue.lock.json</c> in a models folder: the hashes of files for which none is publicly stated, as they were on the first
/// download. A later one has to bring the same content.
/// </summary>
internal sealed class LockFile
{
    /// <summary>The file's name in the models folder.</summary>
    public const string FileName = "catalogue.lock.json";

    private readonly SortedDictionary<string, string> _sha256ByUrl;

    private LockFile(string path, SortedDictionary<string, string> sha256ByUrl) => (FullPath, _sha256ByUrl) = (path, sha256ByUrl);

    /// <summary>Where it lies.</summary>
    public string FullPath { get; }

    /// <summary>Reads the lock file of a models folder; an empty one where there is none yet.</summary>
    /// <exception cref="ModelException">It can't be read.</exception>
    public static LockFile Open(string modelsFolder)
    {
        var path = Path.Combine(modelsFolder, FileName);
        try
        {
            var pinned = File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), LockJson.Default.SortedDictionaryStringString) : null;
            return new LockFile(path, new SortedDictionary<string, string>(pinned ?? [], StringComparer.Ordinal));
        }
        catch (Exception exception) when (exception is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new ModelException($"'{path}': can't be read ({exception.Message.TrimEnd('.')}). Repair or remove it.", exception);
        }
    }

    /// <summary>The hash that a file had on its first download; null where it was never fetched.</summary>
    public string? Sha256Of(Uri url) => _sha256ByUrl.GetValueOrDefault(url.AbsoluteUri);

    /// <summary>Keeps a file's hash for later downloads.</summary>
    /// <exception cref="OutputException">The lock file can't be written.</exception>
    public void Pin(Uri url, string sha256)
    {
        _sha256ByUrl[url.AbsoluteUri] = sha256;
        using var file = new ReplacedFile(FullPath);
        file.Write(JsonSerializer.SerializeToUtf8Bytes(_sha256ByUrl, LockJson.Default.SortedDictionaryStringString));
        file.Write("\n"u8);
        file.Commit();
    }
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
internal sealed partial class LockJson : JsonSerializerContext;
