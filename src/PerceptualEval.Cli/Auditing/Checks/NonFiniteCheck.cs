namespace PerceptualEval.Cli.Auditing.Checks;

/// <summary>Finds latents with values that are NaN or infinite.</summary>
internal sealed class NonFiniteCheck : IAuditCheck
{
    /// <inheritdoc/>
    public IEnumerable<Finding> Find(AuditedDataset dataset) => dataset.Samples.Where(sample => sample.NaN + sample.Infinite > 0).Select(sample => new Finding(
        FindingSeverity.Error,
        FindingKind.NonFinite,
        [sample.Id],
        FormattableString.Invariant($"{sample.NaN} NaN and {sample.Infinite} infinite of {sample.Shape.ElementCount} values"),
        "Encode the image again, in float32 or bfloat16: float16 overflows in some VAEs (SDXL's)."));
}
