using PerceptualEval.Cli.Datasets;
using PerceptualEval.Cli.Images;
using PerceptualEval.TensorFiles;

namespace PerceptualEval.Cli.Auditing.Sizes;

/// <summary>
/// Compares the sizes of latents and images by the files' headers. An image may have been resized and cropped into a bucket before it
/// was encoded: where the cache states its sizes they decide, elsewhere what most of the dataset does.
/// </summary>
internal sealed class SizeScan
{
    // Buckets keep the shape of an image roughly: kohya's and others' cut off less than this factor of its aspect ratio.
    private const double BucketCrop = 1.5;

    // Where at least this part of the latents are of exactly their image's size, nothing was resized, and the others are wrong.
    private const double ExactShare = 0.5;

    // Enough to know how much smaller than images the latents of a VAE are, where no decoder says it.
    private const int SampledForFactor = 200;

    private static readonly int[] UsualFactors = [4, 8, 16, 32, 64];

    private readonly List<(string Id, SizePair Sizes, IReadOnlyList<ImageSize> Stated)> _inexact = [];
    private long _exact;

    /// <summary>Pixels per latent cell that fit most samples exactly.</summary>
    /// <param name="dataset">Latents and images.</param>
    /// <returns>A power of two from 4 to 64, as VAEs have; null where none fits half of the samples.</returns>
    public static int? FactorOf(Dataset dataset)
    {
        var sampled = dataset.Samples().Take(SampledForFactor).Select(sample => (Latent: sample.Sources[0].Tensor, Image: sample.Sources[1].Tensor)).ToArray();
        return UsualFactors
            .Select(factor => (Factor: factor, Fits: sampled.Count(pair => new SizePair(SizeOf(pair.Latent, factor), SizeOf(pair.Image, 1), factor).IsExact)))
            .Where(candidate => candidate.Fits >= ExactShare * sampled.Length)
            .OrderByDescending(candidate => candidate.Fits)
            .Select(candidate => (int?)candidate.Factor)
            .FirstOrDefault();
    }

    /// <summary>The samples of whose latent and image the sizes belong together.</summary>
    public HashSet<string> Fitting { get; } = [];

    /// <summary>Reads the headers of all pairs.</summary>
    /// <param name="dataset">Latents and images.</param>
    /// <param name="factor">Pixels per latent cell along each side.</param>
    /// <param name="interrupt">Stops between two samples.</param>
    /// <returns>Findings of latents whose size does not fit.</returns>
    public IReadOnlyList<Finding> Read(Dataset dataset, int factor, CancellationToken interrupt)
    {
        foreach (var sample in dataset.Samples())
        {
            interrupt.ThrowIfCancellationRequested();
            var (latent, image) = (sample.Sources[0].Tensor, sample.Sources[1].Tensor);
            var sizes = new SizePair(SizeOf(latent, factor), SizeOf(image, 1), factor);
            if (sizes.IsExact)
            {
                _exact++;
                Fitting.Add(sample.Id);
            }
            else
            {
                _inexact.Add((sample.Id, sizes, Stated(latent)));
            }
        }

        var wereResized = _exact < ExactShare * (_exact + _inexact.Count);
        return [.. _inexact.Select(pair => Find(pair.Id, pair.Sizes, pair.Stated, wereResized)).OfType<Finding>()];
    }

    private static ImageSize SizeOf(SampleTensor tensor, int factor) => new((int)tensor.SampleShape[^2] * factor, (int)tensor.SampleShape[^1] * factor);

    // What can't be read has its finding already.
    private static IReadOnlyList<ImageSize> Stated(SampleTensor latent)
    {
        try
        {
            return StatedSize.Of(latent);
        }
        catch (Exception exception) when (exception is TensorFileException or DatasetException)
        {
            return [];
        }
    }

    private Finding? Find(string id, SizePair sizes, IReadOnlyList<ImageSize> stated, bool wereResized)
    {
        var found = FormattableString.Invariant($"the latent decodes to {sizes.Decoded} pixels (height x width); the image has {sizes.Image}");
        if (stated.Count > 0 && !stated.Contains(sizes.Image) && !stated.Contains(sizes.Decoded))
        {
            return Mismatch(id, $"{found}, and the cache says {string.Join(" and ", stated.Distinct())}", "The image was replaced after it was encoded: encode it again.");
        }

        if (sizes.AspectChange > BucketCrop)
        {
            var turned = sizes.AspectChangeTurned < sizes.AspectChange ? "; with height and width exchanged they fit better" : "";
            return Mismatch(id, FormattableString.Invariant($"{found}: their aspect ratios differ by a factor of {sizes.AspectChange:0.00}{turned}"),
                "Encode the image again; look whether it was turned or replaced.");
        }

        if (stated.Count == 0 && !wereResized)
        {
            return Mismatch(id, FormattableString.Invariant($"{found}, while {_exact} of {_exact + _inexact.Count} samples fit exactly"), "Encode the image again, at its own size.");
        }

        Fitting.Add(id);
        return null;
    }

    private static Finding Mismatch(string id, string evidence, string advice) => new(FindingSeverity.Error, FindingKind.SizeMismatch, [id], evidence, advice);
}
