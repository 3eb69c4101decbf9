namespace PerceptualEval.Cli.Auditing.Checks;

/// <summary>
/// Finds latents whose channels' means or standard deviations are far from those of the rest, in robust standard deviations: the
/// outliers themselves do not widen the scale that they are measured with.
/// </summary>
internal sealed class StatisticsCheck : IAuditCheck
{
    // With fewer samples the spread is not known well enough.
    private const int FewestSamples = 20;

    // Latents of scenes, drawings, text, gradients and noise stay below 7 in the datasets that this was calibrated on (docs/audit.md); those
    // in other units, a third of the scale, are about 15 away.
    private const double Far = 12;

    // No picture explains this, even where a decoder that limits its input (TAESD's do) hides it.
    private const double BeyondAnyPicture = 30;

    // A channel that hardly varies between images must not make a small difference look large: spreads are at least this part of its usual
    // standard deviation within an image.
    private const double LeastSpread = 0.1;

    /// <inheritdoc/>
    public IEnumerable<Finding> Find(AuditedDataset dataset)
    {
        var healthy = dataset.Healthy.ToArray();
        if (healthy.Length < FewestSamples)
        {
            return [];
        }

        var scales = Enumerable.Range(0, dataset.Channels!.Value).Select(channel => ScalesOf(healthy, channel)).ToArray();
        return healthy.Select(sample => Find(sample, scales)).OfType<Finding>();
    }

    private static (RobustScale Mean, RobustScale Std) ScalesOf(AuditedSample[] samples, int channel)
    {
        var usual = RobustScale.MedianOf([.. samples.Select(sample => (double)sample.Stds[channel])]);
        var floor = Math.Max(LeastSpread * usual, float.Epsilon);
        return (RobustScale.Of([.. samples.Select(sample => (double)sample.Means[channel])], floor),
            RobustScale.Of([.. samples.Select(sample => (double)sample.Stds[channel])], floor));
    }

    private static Finding? Find(AuditedSample sample, (RobustScale Mean, RobustScale Std)[] scales)
    {
        var (worst, evidence) = (0.0, "");
        for (var channel = 0; channel < scales.Length; channel++)
        {
            Compare("mean", sample.Means[channel], scales[channel].Mean);
            Compare("standard deviation", sample.Stds[channel], scales[channel].Std);

            void Compare(string what, double value, RobustScale scale)
            {
                var score = scale.Score(value);
                if (Math.Abs(score) > worst)
                {
                    worst = Math.Abs(score);
                    evidence = FormattableString.Invariant($"{what} of channel {channel} is {value:G4}, of the rest {scale.Median:G4} ± {scale.Spread:G3}: {worst:0.0} robust standard deviations away");
                }
            }
        }

        if (worst <= Far)
        {
            return null;
        }

        return worst <= BeyondAnyPicture && sample.Decoded is { IsOutlier: false, IsWrong: false }
            ? new Finding(FindingSeverity.Note, FindingKind.UnusualStatistics, [sample.Id], $"{evidence}; it decodes to its image all the same", "Nothing to do, if the image should be in the dataset.")
            : new Finding(FindingSeverity.Warning, FindingKind.UnusualStatistics, [sample.Id], evidence, "Look at the decoded image; encode the image again where it is not right.");
    }
}
