using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>A file whose format is known.</summary>
/// <param name="Format">The format.</param>
/// <param name="Latents">Its latents, at least one, in the order of the file.</param>
internal sealed record RecognisedFile(LatentFormat Format, IReadOnlyList<StoredLatent> Latents)
{
    /// <summary>What the file's metadata say of the image it was made from, such as its crop.</summary>
    public IReadOnlyDictionary<string, string> Facts { get; init; } = new Dictionary<string, string>();

    /// <summary>Small integer tensors that say the same, under the names that they should be shown by; reading them costs time.</summary>
    public IReadOnlyDictionary<string, TensorEntry> FactTensors { get; init; } = new Dictionary<string, TensorEntry>();
}
