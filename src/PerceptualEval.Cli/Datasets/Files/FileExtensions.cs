using PerceptualEval.Cli.Datasets.Formats;

namespace PerceptualEval.Cli.Datasets.Files;

/// <summary>Which files of a folder belong to a dataset. A file named directly may have any extension: tensor files are told by content.</summary>
internal static class FileExtensions
{
    /// <summary>What the name of the index of safetensors shards ends in.</summary>
    public const string ShardIndex = ".safetensors.index.json";

    private static readonly string[] Tensors = [".npy", ".npz", ".safetensors", ".pt", ".pth", ".ckpt", ".bin", ".latent"];

    private static readonly string[] Images = [".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp"];

    private static readonly string[] ImagesAndTensors = [.. Images, .. Tensors];

    /// <summary>The extensions that are looked for in a folder, with their dot.</summary>
    public static IReadOnlyList<string> Of(SourceKind kind) => kind == SourceKind.Latent ? Tensors : ImagesAndTensors;

    /// <summary>Whether a folder's file counts, in upper or lower case.</summary>
    public static bool Belongs(ReadOnlySpan<char> path, SourceKind kind) => IsTensor(path) || (kind == SourceKind.Image && EndsWithOneOf(path, Images));

    /// <summary>Whether a path where an image is expected names a tensor file rather than a picture.</summary>
    public static bool IsTensor(ReadOnlySpan<char> path) =>
        EndsWithOneOf(path, Tensors) || IsShardIndex(path) || InvokeFormat.IsName(Path.GetFileName(path));

    /// <summary>Whether a path is that of the index of safetensors shards, which reads as one file.</summary>
    public static bool IsShardIndex(ReadOnlySpan<char> path) => path.EndsWith(ShardIndex, StringComparison.OrdinalIgnoreCase);

    /// <summary>A name without its extension: an id.</summary>
    public static string Strip(string name) => name[..^(IsShardIndex(name) ? ShardIndex.Length : Path.GetExtension(name.AsSpan()).Length)];

    private static bool EndsWithOneOf(ReadOnlySpan<char> path, string[] extensions)
    {
        var found = Path.GetExtension(path);
        foreach (var extension in extensions)
        {
            if (found.Equals(extension, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
