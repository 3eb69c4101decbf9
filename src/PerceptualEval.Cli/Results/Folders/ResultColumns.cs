using Parquet.Schema;

namespace PerceptualEval.Cli.Results.Folders;

/// <summary>The columns of result tables: plain names, no nested types, so that any reader of Parquet opens them as they are.</summary>
internal static class ResultColumns
{
    public const string Sample = "sample";
    public const string Id = "id";
    public const string Checkpoint = "checkpoint";
    public const string Loss = "loss";
    public const string LatentL2Loss = "latent_l2_loss";
    public const string PerceptualLoss = "perceptual_loss";
    public const string PerceptualLossOnInputs = "perceptual_loss_on_inputs";
    public const string NonFinite = "non_finite";
    public const string BadFile = "bad_file";

    /// <summary>For clips: the terms of each frame, as the JSON that <c>score --json</c> has.</summary>
    public const string Frames = "frames";

    /// <summary>
    /// The columns of every part of every run, whatever its rows have: readers take the schema of a folder from one of its files.
    /// <see cref="Checkpoint"/> is null outside of comparisons, <see cref="Frames"/> where there are no clips.
    /// </summary>
    public static ParquetSchema Schema { get; } = new(
    [
        new DataField<long>(Sample),
        Text(Id, isNullable: false),
        Text(Checkpoint),
        .. new[] { Loss, LatentL2Loss, PerceptualLoss, PerceptualLossOnInputs }.Select(name => new DataField<double?>(name)),
        Text(NonFinite),
        Text(BadFile),
        Text(Frames),
    ]);

    private static DataField Text(string name, bool isNullable = true) => new(name, typeof(string), isNullable);
}
