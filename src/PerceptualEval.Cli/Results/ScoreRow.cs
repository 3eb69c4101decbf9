using System.Text.Json.Serialization;

namespace PerceptualEval.Cli.Results;

/// <summary>One sample as every output shows it; null is "not computed" or "not finite".</summary>
/// <param name="Id">The sample's id.</param>
/// <param name="Loss">The weighted sum; lower is better.</param>
/// <param name="LatentL2Loss">mean((target − pred)²) of the latents.</param>
/// <param name="PerceptualLoss">LPIPS(decode(target), decode(pred)).</param>
/// <param name="PerceptualLossOnInputs">LPIPS(image, decode(pred)).</param>
/// <param name="NonFinite">Why a value is not finite; null where all are.</param>
internal sealed record ScoreRow(
    string Id,
    double? Loss,
    double? LatentL2Loss,
    double? PerceptualLoss,
    double? PerceptualLossOnInputs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? NonFinite)
{
    /// <summary>The name of the column of <see cref="Checkpoint"/>, before the others where there is one.</summary>
    public const string CheckpointColumn = "checkpoint";

    /// <summary>The names of the columns, those of the JSON keys, in the order of this record.</summary>
    public static IReadOnlyList<string> Columns { get; } =
        ["id", "loss", "latent_l2_loss", "perceptual_loss", "perceptual_loss_on_inputs", "non_finite"];

    /// <summary>The checkpoint that the sample is of; null in a run of one. Comes first in every output.</summary>
    [JsonPropertyOrder(-1)]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Checkpoint { get; init; }

    /// <summary>For a clip, the perceptual terms of each frame, in order: <c>{"perceptual_loss", "perceptual_loss_on_inputs"}</c>. JSON has them; tables, CSV and Parquet don't.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<FrameLoss>? Frames { get; init; }

    /// <summary>Makes the row of a sample.</summary>
    /// <param name="id">The sample's id.</param>
    /// <param name="sample">Its loss and terms.</param>
    /// <param name="nonFinite">Why a value is not finite, where that is known better than "not finite"; used only where one is not.</param>
    public static ScoreRow Of(string id, SampleLoss sample, string? nonFinite) => new(
        id,
        Finite(sample.Loss),
        Finite(sample.LatentL2Loss),
        Finite(sample.PerceptualLoss),
        Finite(sample.PerceptualLossOnInputs),
        sample.IsFinite ? null : nonFinite ?? "the loss or one of its terms is not finite")
    {
        Frames = sample.Frames,
    };

    /// <summary>The loss again, as it counts in a summary: what was not finite is NaN.</summary>
    /// <param name="hasPerceptual">Whether the run computed the perceptual term.</param>
    /// <param name="hasOnInputs">Whether it computed the one on inputs.</param>
    public SampleLoss ToLoss(bool hasPerceptual, bool hasOnInputs) => new(
        NonFinite is null ? Loss ?? double.NaN : double.NaN,
        LatentL2Loss ?? double.NaN,
        hasPerceptual ? PerceptualLoss ?? double.NaN : null,
        hasOnInputs ? PerceptualLossOnInputs ?? double.NaN : null);

    private static double? Finite(double? value) => value is { } number && double.IsFinite(number) ? number : null;
}
