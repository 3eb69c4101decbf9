namespace PerceptualEval.Cli.Auditing.Checks;

/// <summary>Finds latents of other channels than the decoder takes, or than the rest of the dataset has, and posteriors that nobody reduced to a latent.</summary>
internal sealed class ChannelCheck : IAuditCheck
{
    // Log variances are negative and standard deviations positive nearly everywhere; half of a latent's values are of either sign.
    private const double SameSign = 0.98;

    /// <inheritdoc/>
    public IEnumerable<Finding> Find(AuditedDataset dataset) => dataset.Channels is { } channels
        ? dataset.Samples.Where(sample => sample.Channels != channels).Select(sample => Find(sample, channels, dataset.Decoder))
        : [];

    private static Finding Find(AuditedSample sample, int channels, string? decoder)
    {
        var expected = decoder is null
            ? FormattableString.Invariant($"most of the dataset has {channels}")
            : FormattableString.Invariant($"decoder '{decoder}' takes {channels}");
        if (sample.Channels == 2 * channels && sample.SecondHalfSameSign >= SameSign)
        {
            var form = sample.SecondHalfMean < 0 ? "log variances" : "standard deviations";
            return new Finding(FindingSeverity.Error, FindingKind.Posterior, [sample.Id],
                FormattableString.Invariant($"{sample.Channels} channels, {expected}; {100 * sample.SecondHalfSameSign:0.0} % of the second half have the same sign (mean {sample.SecondHalfMean:G4}), as {form} do"),
                "Read it with --posterior mean or sample, or keep the mean, its first half, only.");
        }

        return new Finding(FindingSeverity.Error, FindingKind.WrongChannels, [sample.Id],
            FormattableString.Invariant($"shape {sample.Shape}: {sample.Channels} channels; {expected}"),
            "Encode the image with the VAE of the rest, or choose the decoder that it was made for.");
    }
}
