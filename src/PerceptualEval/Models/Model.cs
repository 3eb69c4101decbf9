using System.Security.Cryptography;
using System.Text;

namespace PerceptualEval.Models;

/// <summary>A model folder: its manifest and where its graphs lie.</summary>
/// <param name="Folder">The folder, as an absolute path.</param>
/// <param name="Manifest">What its manifest says.</param>
public sealed record Model(string Folder, ModelManifest Manifest)
{
    private const string Float16Suffix = "_float16";

    /// <summary>The model's name.</summary>
    public string Name => Manifest.Name;

    /// <summary>
    /// Tells two models apart whatever they are called: the SHA-256 of the graph, or where there are several, of their SHA-256s
    /// written one after the other in the order of their roles' names. Graphs in float16 are made from the others and don't count.
    /// </summary>
    public string Sha256
    {
        get
        {
            string[] hashes =
            [
                .. Manifest.Graphs.Where(graph => !IsFloat16Role(graph.Key))
                    .OrderBy(graph => graph.Key, StringComparer.Ordinal).Select(graph => graph.Value.Sha256),
            ];
            return hashes is [var only] ? only : Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(string.Concat(hashes))));
        }
    }

    /// <summary>Opens a model folder and reads its manifest; the graphs are not touched.</summary>
    /// <param name="folder">A folder with a <c>manifest.json</c>.</param>
    /// <exception cref="ModelException">There is no readable manifest.</exception>
    public static Model Open(string folder)
    {
        var manifest = ModelManifest.Load(Path.Combine(folder, ModelManifest.FileName));
        return manifest.Graphs.Count > 0
            ? new Model(Path.GetFullPath(folder), manifest)
            : throw new ModelException($"'{folder}': its manifest names no graph. Rebuild the model.");
    }

    /// <summary>The path of a graph whose content has the hash that the manifest states.</summary>
    /// <param name="role">The graph's role, see <see cref="ModelManifest.Graphs"/>.</param>
    /// <exception cref="ModelException">The manifest has no such graph, the file is missing, or its content (or that of its weights' file) differs.</exception>
    public string VerifiedGraph(string role)
    {
        if (Manifest.Graphs.ContainsKey(WeightsRole(role)))
        {
            VerifiedFile(WeightsRole(role));
        }

        return VerifiedFile(role);
    }

    /// <summary>A graph whose content, weights in a file of their own included, has the hashes that the manifest states.</summary>
    /// <param name="role">The graph's role.</param>
    /// <exception cref="ModelException">As <see cref="VerifiedGraph"/>.</exception>
    internal GraphFile OpenGraph(string role)
    {
        HashedFile[] files = [.. ((string[])[role, WeightsRole(role)]).Where(Manifest.Graphs.ContainsKey).Select(part => Manifest.Graphs[part])];
        return new GraphFile(
            VerifiedGraph(role), string.Join(' ', files.Select(file => file.Sha256)), files.Sum(file => new FileInfo(Path.Combine(Folder, file.File)).Length));
    }

    /// <summary>The role of the graph that computes in float16 what another one computes in float32.</summary>
    /// <param name="role">The role of the graph in float32.</param>
    public static string Float16Role(string role) => $"{role}{Float16Suffix}";

    /// <summary>Whether a role is one of <see cref="Float16Role"/>.</summary>
    internal static bool IsFloat16Role(string role) => role.EndsWith(Float16Suffix, StringComparison.Ordinal);

    /// <summary>The role of the file that holds a graph's weights, where they are too large for the graph's own file.</summary>
    /// <param name="role">The graph's role.</param>
    public static string WeightsRole(string role) => $"{role}_weights";

    private string VerifiedFile(string role)
    {
        if (!Manifest.Graphs.TryGetValue(role, out var graph))
        {
            throw new ModelException($"model '{Name}' ({Folder}): its manifest has no graph '{role}', only {string.Join(", ", Manifest.Graphs.Keys)}.");
        }

        var path = Path.Combine(Folder, graph.File);
        if (Path.GetFileName(graph.File) != graph.File || !File.Exists(path))
        {
            throw new ModelException($"model '{Name}': graph file '{path}' is missing. Rebuild the model.");
        }

        var found = HashFile(path);
        return found == graph.Sha256
            ? path
            : throw new ModelException(
                $"model '{Name}': '{path}' has sha256 {found}, its manifest says {graph.Sha256}. The file was changed or damaged; rebuild the model.");
    }

    /// <summary>SHA-256 of a file's content, lower-case hexadecimal.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static string HashFile(string path)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 20, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
