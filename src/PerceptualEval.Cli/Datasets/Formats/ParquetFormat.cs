namespace PerceptualEval.Cli.Datasets.Formats;

/// <summary>Parquet files of Hugging Face datasets with latents in a list column.</summary>
internal sealed class ParquetFormat : LatentFormat
{
    public override string Name => "parquet";

    public override string Writer => "Hugging Face datasets, .parquet";

    public override RecognisedFile? Recognise(LatentFile file) => file.Container == "parquet" && file.Tensors.Count > 0
        ? Found([.. file.Tensors.Select(tensor => new StoredLatent(
            tensor,
            file.Tensors.Count == 1 ? "" : tensor.Name,
            LatentLayout.Image,
            UnitStatement.Open("Parquet columns are their author's; the known sets of tglcourse hold model units (their cards divide by 0.18215)")))])
        : null;
}
