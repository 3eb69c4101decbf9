using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Results;
using PerceptualEval.Inference;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Auditing.Decoding;

/// <summary>
/// The closer look at suspicious samples: each is compared with its image mirrored, decoded in the other units, and matched against the
/// images of the other suspects. What is closer than the stated pairing is what happened; the numbers go into the finding.
/// </summary>
/// <param name="reconstruction">Decodes and compares.</param>
/// <param name="reader">Reads samples.</param>
/// <param name="references">Images of other samples: how far apart unrelated images of this dataset are.</param>
internal sealed class SuspectExamination(Reconstruction reconstruction, ChosenSamples reader, References references)
{
    // How many of the most alike images, by thumbnail, are compared by LPIPS.
    private const int MatchesTried = 3;

    /// <summary>Examines samples.</summary>
    /// <param name="suspects">The samples, with what the passes have kept of them.</param>
    /// <returns>What was measured, in the order of the suspects; without those that can't be read any more.</returns>
    public IReadOnlyList<Examination> Examine(IReadOnlyList<(AuditedSample Audited, Sample Sample)> suspects)
    {
        using var progress = ProgressLine.OnStandardError(suspects.Count, "suspects examined");
        var examined = new List<ExaminedSample>(suspects.Count);
        foreach (var (audited, sample) in suspects)
        {
            if (Examine(audited, sample) is { } one)
            {
                examined.Add(one);
            }

            progress.Report(examined.Count);
        }

        return [.. examined.Select(one => Proof.IsVisible(one.Examination.AsStated) ? one.Examination with { Match = FindMatch(one, examined) } : one.Examination)];
    }

    private ExaminedSample? Examine(AuditedSample audited, Sample sample)
    {
        using var batch = reader.Read(sample);
        if (batch is null)
        {
            return null;
        }

        using var pair = reconstruction.Pair(batch);
        return new ExaminedSample(sample, Thumbnail.Of(pair.Decoded, 0), Thumbnail.Of(pair.Image, 0), Examine(audited, batch, pair));
    }

    private Examination Examine(AuditedSample audited, SampleBatch batch, DecodedPair pair)
    {
        using var decoded = reconstruction.Features(pair.Decoded);
        var tensor = batch.Samples[0].Target.Tensor;
        var units = reconstruction.UnitsOf(tensor);
        double[] toOthers = [.. references.For(audited.Id).Select(reference => ToOther(decoded, reference, pair.Image))];
        return new Examination(audited)
        {
            Units = units,
            FlippedHorizontally = Mirrored(decoded, pair.Image, horizontally: true),
            FlippedVertically = Mirrored(decoded, pair.Image, horizontally: false),
            InOtherUnits = reconstruction.KnowsBothUnits(tensor) ? InUnits(batch, Reconstruction.Other(units)) : null,
            ToOthers = toOthers.Length == 0 ? null : RobustScale.MedianOf(toOthers),
        };
    }

    private double Mirrored(PerceptualFeatures decoded, TensorBuffer image, bool horizontally)
    {
        using var mirrored = ImageFit.Mirrored(image, horizontally);
        return reconstruction.Distance(decoded, mirrored);
    }

    private double InUnits(SampleBatch batch, LatentUnits units)
    {
        using var pair = reconstruction.Pair(batch, units);
        return reconstruction.Distances(pair)[0];
    }

    private double ToOther(PerceptualFeatures decoded, TensorBuffer other, TensorBuffer image)
    {
        using var fitted = ImageFit.To(other, (int)image.Shape[2], (int)image.Shape[3]);
        return reconstruction.Distance(decoded, fitted);
    }

    // Suspects only: the image of a sample that fits its own latent is not missing anywhere.
    private Match? FindMatch(ExaminedSample suspect, List<ExaminedSample> suspects)
    {
        using var batch = reader.Read(suspect.Sample);
        if (batch is null)
        {
            return null;
        }

        using var own = reconstruction.Pair(batch);
        using var features = reconstruction.Features(own.Decoded);
        return suspects
            .Where(other => other.Sample.Id != suspect.Sample.Id)
            .OrderBy(other => suspect.Decoded.Difference(other.Image))
            .Take(MatchesTried)
            .Select(other => ToImageOf(other.Sample, features, own.Image))
            .OfType<Match>()
            .MinBy(match => match.Distance);
    }

    private Match? ToImageOf(Sample other, PerceptualFeatures features, TensorBuffer own)
    {
        using var batch = reader.Read(other);
        return batch?.Images is { } image ? new Match(other.Id, ToOther(features, image, own)) : null;
    }
}
