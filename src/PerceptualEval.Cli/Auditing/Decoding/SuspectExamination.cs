using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Datasets.Reading;
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
/// <param name="references">Images of other samples, [1,3,H,W] each: how far apart unrelated images of this dataset are.</param>
internal sealed class SuspectExamination(Reconstruction reconstruction, SampleReader reader, IReadOnlyList<TensorBuffer> references)
{
    // How many of the most alike images, by thumbnail, are compared by LPIPS.
    private const int MatchesTried = 3;

    /// <summary>Examines samples.</summary>
    /// <param name="suspects">The samples, with what the passes have kept of them.</param>
    /// <param name="interrupt">Stops between two samples.</param>
    /// <returns>What was measured, in the order of the suspects.</returns>
    public IReadOnlyList<Examination> Examine(IReadOnlyList<(AuditedSample Audited, Sample Sample)> suspects, CancellationToken interrupt)
    {
        using var progress = ProgressLine.OnStandardError(suspects.Count, "suspects examined");
        var thumbnails = new (Thumbnail Decoded, Thumbnail Image)[suspects.Count];
        var examinations = new Examination[suspects.Count];
        for (var i = 0; i < suspects.Count; i++)
        {
            interrupt.ThrowIfCancellationRequested();
            using var pair = Read(suspects[i].Sample);
            examinations[i] = Examine(suspects[i].Audited, suspects[i].Sample.Target.Tensor, pair);
            thumbnails[i] = (Thumbnail.Of(pair.Decoded, 0), Thumbnail.Of(pair.Image, 0));
            progress.Report(i + 1);
        }

        for (var i = 0; i < suspects.Count; i++)
        {
            interrupt.ThrowIfCancellationRequested();
            if (Proof.IsVisible(examinations[i].AsStated))
            {
                examinations[i] = examinations[i] with { Match = FindMatch(i, suspects, thumbnails) };
            }
        }

        return examinations;
    }

    private DecodedPair Read(Sample sample)
    {
        using var batch = SampleBatch.Read([sample], reader, CancellationToken.None);
        var tensor = sample.Target.Tensor;
        var decoded = reconstruction.Decode(batch.Target, tensor, reconstruction.UnitsOf(tensor));
        return new DecodedPair(TensorBuffer.CopyOf(batch.Target.Shape, batch.Target.Span), decoded, ImageFit.Of(batch, (int)decoded.Shape[2], (int)decoded.Shape[3]));
    }

    private Examination Examine(AuditedSample audited, SampleTensor tensor, DecodedPair pair)
    {
        using var decoded = reconstruction.Features(pair.Decoded);
        var units = reconstruction.UnitsOf(tensor);
        return new Examination(audited)
        {
            Units = units,
            FlippedHorizontally = Mirrored(decoded, pair.Image, horizontally: true),
            FlippedVertically = Mirrored(decoded, pair.Image, horizontally: false),
            InOtherUnits = reconstruction.KnowsBothUnits(tensor) ? InOtherUnits(pair, tensor, Reconstruction.Other(units)) : null,
            ToOthers = references.Count == 0 ? null : RobustScale.MedianOf([.. references.Select(reference => ToOther(decoded, reference, pair.Image))]),
        };
    }

    private double Mirrored(PerceptualFeatures decoded, TensorBuffer image, bool horizontally)
    {
        using var mirrored = ImageFit.Mirrored(image, horizontally);
        return reconstruction.Distance(decoded, mirrored);
    }

    private double InOtherUnits(DecodedPair pair, SampleTensor tensor, LatentUnits units)
    {
        using var decoded = reconstruction.Decode(pair.Latent, tensor, units);
        return reconstruction.Distances(decoded, pair.Image)[0];
    }

    private double ToOther(PerceptualFeatures decoded, TensorBuffer other, TensorBuffer image)
    {
        using var fitted = ImageFit.To(other, (int)image.Shape[2], (int)image.Shape[3]);
        return reconstruction.Distance(decoded, fitted);
    }

    // Suspects only: the image of a sample that fits its own latent is not missing anywhere.
    private Match? FindMatch(int index, IReadOnlyList<(AuditedSample Audited, Sample Sample)> suspects, (Thumbnail Decoded, Thumbnail Image)[] thumbnails)
    {
        var candidates = Enumerable.Range(0, suspects.Count)
            .Where(other => other != index)
            .OrderBy(other => thumbnails[index].Decoded.Difference(thumbnails[other].Image))
            .Take(MatchesTried)
            .ToArray();
        if (candidates.Length == 0)
        {
            return null;
        }

        using var own = Read(suspects[index].Sample);
        using var features = reconstruction.Features(own.Decoded);
        return candidates.Select(candidate => new Match(suspects[candidate].Audited.Id, ToImageOf(suspects[candidate].Sample, features, own.Image))).MinBy(match => match.Distance);
    }

    private double ToImageOf(Sample other, PerceptualFeatures features, TensorBuffer own)
    {
        using var batch = SampleBatch.Read([other], reader, CancellationToken.None);
        return ToOther(features, batch.Tensors[1], own);
    }
}
