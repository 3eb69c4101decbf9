using PerceptualEval.Cli.Datasets;
using PerceptualEval.Models;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>Proves which units a dataset holds: some samples, spread over it, are decoded under both readings, and the one that reproduces the images wins.</summary>
/// <param name="Stated">The units as stated, of the first of the samples.</param>
/// <param name="Samples">How many samples were decoded; 0 where none could be read.</param>
/// <param name="Wins">In how many of them the other reading was closer to the image.</param>
/// <param name="AsStated">The median LPIPS to the image, read as stated; NaN where there is none.</param>
/// <param name="AsOther">The median LPIPS to the image, read in the other units; NaN likewise.</param>
internal sealed record UnitProof(LatentUnits Stated, int Samples, int Wins, double AsStated, double AsOther)
{
    /// <summary>How many samples are decoded under both readings; a majority of a dozen is no accident.</summary>
    public const int SamplesDecoded = 12;

    // Most, not all: a dataset of one kind of units may have samples of the other, which are found one by one afterwards.
    private const double WinningShare = 0.75;

    /// <summary>Whether the dataset holds the other units than stated.</summary>
    public bool IsOther => Wins >= WinningShare * Samples && Proof.IsCloser(AsOther, AsStated);

    /// <summary>Decodes samples under both readings.</summary>
    /// <param name="samples">The samples; those that can't be read have no part in it.</param>
    /// <param name="reader">Reads them.</param>
    /// <param name="reconstruction">Decodes and compares.</param>
    /// <returns>The numbers; null where no sample's conversion is known.</returns>
    public static UnitProof? Of(IEnumerable<Sample> samples, ChosenSamples reader, Reconstruction reconstruction)
    {
        var (stated, asStated, asOther) = ((LatentUnits?)null, new List<double>(), new List<double>());
        foreach (var sample in samples.Where(sample => reconstruction.KnowsBothUnits(sample.Target.Tensor)))
        {
            var units = sample.Target.Tensor.Units ?? reconstruction.Space.Units;
            stated ??= units;
            using var batch = reader.Read(sample);
            if (batch is not null)
            {
                asStated.Add(Distance(batch, reconstruction, units));
                asOther.Add(Distance(batch, reconstruction, Reconstruction.Other(units)));
            }
        }

        return stated is null ? null : new UnitProof(
            stated.Value, asStated.Count, asStated.Zip(asOther).Count(pair => pair.Second < pair.First), RobustScale.MedianOf([.. asStated]), RobustScale.MedianOf([.. asOther]));
    }

    /// <summary>The proof as a finding.</summary>
    /// <param name="userStates">Whether the file or the user states the units, so that they are wrong rather than unsaid.</param>
    public Finding ToFinding(bool userStates)
    {
        if (Samples == 0)
        {
            return new Finding(FindingSeverity.Note, FindingKind.NotChecked, [], "units: none of the samples that were to prove them can be read", "See the other findings.");
        }

        var (stated, other) = (Reconstruction.Text(Stated), Reconstruction.Text(Reconstruction.Other(Stated)));
        var evidence = FormattableString.Invariant(
            $"{Samples} samples decoded under both readings: median LPIPS to the image {AsStated:G4} as {stated}, {AsOther:G4} as {other}; {other} is closer in {Wins}");
        if (IsOther)
        {
            var source = userStates ? "stated" : "taken, as the decoder expects it,";
            return new Finding(FindingSeverity.Error, FindingKind.Units, [], $"the latents hold {other} units, not {stated} as {source}: {evidence}", $"Read them with --units {other}, or with --format plain --units {other} where the files say otherwise.");
        }

        return Proof.IsCloser(AsStated, AsOther)
            ? new Finding(FindingSeverity.Note, FindingKind.Units, [], $"the latents hold {stated} units: {evidence}", "Nothing to do.")
            : new Finding(FindingSeverity.Note, FindingKind.Units, [], $"the units can't be told from the images, both readings decode nearly alike: {evidence}", "Make sure of them elsewhere.");
    }

    private static double Distance(SampleBatch batch, Reconstruction reconstruction, LatentUnits units)
    {
        using var pair = reconstruction.Pair(batch, units);
        return reconstruction.Distances(pair)[0];
    }
}
