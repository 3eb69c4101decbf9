using System.Globalization;
using PerceptualEval.Cli.Datasets.Files;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>What is known of a file without its values, for telling its format.</summary>
/// <param name="Path">The file.</param>
/// <param name="Container">npy, npz, safetensors, torch, ….</param>
/// <param name="Tensors">Its tensors, in the order of the file.</param>
/// <param name="Metadata">What its writer stored beside them.</param>
/// <param name="Reading">What the user said.</param>
internal sealed record LatentFile(
    string Path, string Container, IReadOnlyList<TensorEntry> Tensors, IReadOnlyDictionary<string, string> Metadata, LatentReading Reading)
{
    /// <summary>The facts of an open file.</summary>
    /// <param name="file">The file.</param>
    /// <param name="opened">The same, open.</param>
    /// <param name="reading">What the user said.</param>
    public static LatentFile Of(DatasetFile file, TensorFile opened, LatentReading reading) =>
        new(file.Path, file.Archive == ArchiveKind.Parquet ? "parquet" : opened.Format, opened.Tensors, opened.Metadata, reading);

    /// <summary>The file's name, without folder and extension.</summary>
    public string Stem => System.IO.Path.GetFileNameWithoutExtension(Path);

    /// <summary>The name of the folder that the file lies in; empty where the path has none.</summary>
    public string FolderName => System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(Path)) ?? "";

    /// <summary>The file's only tensor where it has no key (.npy, a bare torch tensor); null otherwise.</summary>
    public TensorEntry? Bare => Tensors is [{ Name: "" } only] ? only : null;

    /// <summary>Whether the file is a torch pickle of a dict with these tensors, perhaps among others.</summary>
    public bool IsTorchDict(params ReadOnlySpan<string> keys) => Container == "torch" && Has(keys);

    /// <summary>Whether there are tensors of these names, perhaps among others.</summary>
    public bool Has(params ReadOnlySpan<string> keys)
    {
        foreach (var key in keys)
        {
            if (Find(key) is null)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The tensor of a name; null where there is none.</summary>
    public TensorEntry? Find(string key)
    {
        foreach (var tensor in Tensors)
        {
            if (tensor.Name == key)
            {
                return tensor;
            }
        }

        return null;
    }

    /// <summary>A whole number of the metadata; null where it is missing or something else.</summary>
    public long? Number(string key) =>
        Metadata.TryGetValue(key, out var text) && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Refuses the file, or one of its tensors.</summary>
    /// <param name="problem">What was found and expected, and what to do.</param>
    /// <param name="tensor">The tensor at fault, or null.</param>
    public DatasetException Refuse(string problem, TensorEntry? tensor = null) =>
        new(tensor is null or { Name: "" } ? $"'{Path}': {problem}" : $"'{Path}', tensor '{tensor.Name}': {problem}");
}
