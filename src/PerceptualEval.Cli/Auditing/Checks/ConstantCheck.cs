namespace PerceptualEval.Cli.Auditing.Checks;

/// <summary>Finds latents whose values are all 0, all alike in every channel, or 0 in a part: what trainers leave where the encoder returned NaN.</summary>
internal sealed class ConstantCheck : IAuditCheck
{
    // An encoder's float32, float16 or bfloat16 output is exactly 0 for less than one value in a million, and an 8-bit float's for one in
    // a thousand; a block of zeros is some percent.
    private const double ZeroShare = 0.01;

    // A latent of very few cells may be constant by itself.
    private const int FewestCells = 4;

    /// <inheritdoc/>
    public IEnumerable<Finding> Find(AuditedDataset dataset) => dataset.Samples.Where(sample => sample.Cells >= FewestCells).Select(Find).OfType<Finding>();

    private static Finding? Find(AuditedSample sample)
    {
        var (zeros, count) = (sample.Zeros, sample.Shape.ElementCount);
        if (zeros == count)
        {
            return new Finding(FindingSeverity.Error, FindingKind.AllZero, [sample.Id], FormattableString.Invariant($"all {count} values are 0"),
                "Encode the image again: musubi-tuner and others write 0 where the encoder returned NaN.");
        }

        if (sample.IsConstant)
        {
            // Padding at the borders makes the latent of an image of one colour vary, but not that of every VAE: where the image is one, believe it.
            return sample.Decoded is { ImageIsFlat: true, IsOutlier: false, IsWrong: false }
                ? new Finding(FindingSeverity.Note, FindingKind.Constant, [sample.Id], "every channel holds one value, and the image is of one colour", "Nothing to do, if the image should be in the dataset.")
                : new Finding(FindingSeverity.Error, FindingKind.Constant, [sample.Id],
                    FormattableString.Invariant($"each of the {sample.Channels} channels holds one value in all {sample.Cells} cells; the first {sample.Means[0]:G4}"),
                    "Encode the image again; no encoder returns this for a picture.");
        }

        var share = (double)zeros / count;
        return share >= ZeroShare
            ? new Finding(FindingSeverity.Error, FindingKind.ZeroBlock, [sample.Id],
                FormattableString.Invariant($"{zeros} of {count} values ({100 * share:0.0} %) are exactly 0"),
                "Encode the image again: musubi-tuner and others write 0 where the encoder returned NaN.")
            : null;
    }
}
