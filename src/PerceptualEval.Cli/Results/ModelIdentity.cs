using System.Text.Json.Serialization;

namespace PerceptualEval.Cli.Results;

/// <summary>Which model made a result.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Sha256">The hash that identifies its graphs, in lower-case hex.</param>
internal sealed record ModelIdentity(string Name, string Sha256)
{
    private const int HashDigitsShown = 12;

    /// <summary>What the model only stands in for, such as <c>LPIPS-squeeze v0.1</c>; null, and not written, for the real thing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Approximates { get; init; }

    /// <summary>The name and the beginning of the hash, for people.</summary>
    public override string ToString() => $"{Name} (sha256 {Sha256[..Math.Min(HashDigitsShown, Sha256.Length)]}{(Approximates is null ? string.Empty : $", approximates {Approximates}")})";
}
