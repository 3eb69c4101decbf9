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

    /// <summary>The fields of a part: <see cref="Checkpoint"/> and <see cref="Frames"/> only where rows have them.</summary>
    /// <param name="rows">The part's rows.</param>
    public static DataField[] FieldsOf(IReadOnlyList<ResultRow> rows)
    {
        List<DataField> fields = [new DataField<long>(Sample), Text(Id, isNullable: false)];
        if (rows.Any(row => row.Checkpoint is not null))
        {
            fields.Add(Text(Checkpoint, isNullable: true));
        }

        fields.AddRange(new[] { Loss, LatentL2Loss, PerceptualLoss, PerceptualLossOnInputs }.Select(name => new DataField<double?>(name)));
        fields.Add(Text(NonFinite, isNullable: true));
        fields.Add(Text(BadFile, isNullable: true));
        if (rows.Any(row => row.Score.Frames is not null))
        {
            fields.Add(Text(Frames, isNullable: true));
        }

        return [.. fields];
    }

    private static DataField Text(string name, bool isNullable) => new(name, typeof(string), isNullable);
}
