namespace PerceptualEval.TensorFiles;

/// <summary>What opening a container finds in it.</summary>
/// <param name="Format">The container: npy, npz, safetensors or torch.</param>
/// <param name="Tensors">The tensors, in the order of the file.</param>
/// <param name="Metadata">What is stored beside them.</param>
/// <param name="Container">What has to stay open to read them, besides the file itself.</param>
internal sealed record TensorListing(
    string Format,
    IReadOnlyList<StoredTensor> Tensors,
    IReadOnlyDictionary<string, string> Metadata,
    IDisposable? Container = null)
{
    /// <summary>For containers that hold nothing but tensors.</summary>
    public static IReadOnlyDictionary<string, string> NoMetadata { get; } = new Dictionary<string, string>();
}
