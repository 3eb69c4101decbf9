namespace PerceptualEval.Cli.Inspection;

/// <summary>What a file is.</summary>
/// <param name="Path">The file.</param>
/// <param name="Content">latents, tensors that are no latents, or picture.</param>
/// <param name="Container">npy, npz, safetensors, torch, …; for a picture its extension.</param>
/// <param name="Format">The name for <c>--format</c>; null where there are no latents.</param>
/// <param name="Writer">Who writes such files; null where there are no latents.</param>
/// <param name="Id">The id of its samples.</param>
/// <param name="Latents">Its latents.</param>
/// <param name="Others">Its other tensors.</param>
/// <param name="Facts">What its writer says of the image, the crop and so on.</param>
/// <param name="Hints">What does not look right, in sentences.</param>
/// <param name="Command">How to score it; null where there are no latents.</param>
internal sealed record FileInspection(
    string Path,
    string Content,
    string Container,
    string? Format,
    string? Writer,
    string Id,
    IReadOnlyList<InspectedLatent> Latents,
    IReadOnlyList<InspectedTensor> Others,
    IReadOnlyDictionary<string, string> Facts,
    IReadOnlyList<string> Hints,
    string? Command)
{
    /// <summary>The version of this object in JSON.</summary>
    public int Schema { get; } = 1;
}
