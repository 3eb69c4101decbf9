using PerceptualEval.Cli.Auditing;
using PerceptualEval.Cli.Auditing.Checks;
using PerceptualEval.Cli.Auditing.Decoding;
using PerceptualEval.Models;
using PerceptualEval.Tensors;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Cli.Tests.Auditing;

public sealed class AuditChecksTests
{
    private static readonly LatentSpace Space = new() { Channels = 4, SpatialFactor = 8, Units = LatentUnits.Model };

    [Fact]
    public void NonFinite_CountsNaNAndInfinite()
    {
        var finding = Assert.Single(new NonFiniteCheck().Find(Dataset(Good("a"), Good("b") with { NaN = 3, Infinite = 1 })));

        Assert.Equal((FindingSeverity.Error, FindingKind.NonFinite, "b"), (finding.Severity, finding.Kind, Assert.Single(finding.Samples)));
        Assert.StartsWith("3 NaN and 1 infinite of 256 values", finding.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(256, true, FindingKind.AllZero)]
    [InlineData(0, true, FindingKind.Constant)]
    [InlineData(3, false, FindingKind.ZeroBlock)]
    public void Constant_ZerosAndConstants_AreErrors(int zeros, bool isConstant, object kind)
    {
        var finding = Assert.Single(new ConstantCheck().Find(Dataset(Good("a") with { Zeros = zeros, IsConstant = isConstant })));

        Assert.Equal((FindingSeverity.Error, (FindingKind)kind), (finding.Severity, finding.Kind));
    }

    [Fact]
    public void Constant_FewZeros_AreNone() => Assert.Empty(new ConstantCheck().Find(Dataset(Good("a") with { Zeros = 2 })));

    [Fact]
    public void Constant_ImageOfOneColour_IsANote()
    {
        var flat = Good("a") with { IsConstant = true, Decoded = new DecodedSample(0, 1, ImageIsFlat: true, false, double.NaN) };

        Assert.Equal(FindingSeverity.Note, Assert.Single(new ConstantCheck().Find(Dataset(flat))).Severity);
    }

    [Fact]
    public void Channels_TwiceWithOneSign_IsAPosterior()
    {
        var moments = Good("a") with { Shape = new TensorShape(8, 8, 8), SecondHalfSameSign = 1, SecondHalfMean = -17 };
        var doubled = moments with { Id = "b", SecondHalfSameSign = 0.6 };

        var findings = new ChannelCheck().Find(new AuditedDataset([moments, doubled, Good("c")], "d", Space)).ToArray();

        Assert.Equal([FindingKind.Posterior, FindingKind.WrongChannels], findings.Select(finding => finding.Kind));
        Assert.Contains("mean -17), as log variances do", findings[0].Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Channels_WithoutDecoder_TheMajorityIsRight()
    {
        var other = Good("c") with { Shape = new TensorShape(3, 8, 8) };

        var finding = Assert.Single(new ChannelCheck().Find(Dataset(Good("a"), Good("b"), other)));

        Assert.Equal("c", Assert.Single(finding.Samples));
        Assert.Contains("3 channels; most of the dataset has 4", finding.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(7, "; their images are the same, too")]
    [InlineData(8, "; their images differ")]
    public void Duplicates_EqualHashes_AreOneFinding(int secondImage, string about)
    {
        var (first, second) = (Good("a") with { Hash = 5 }, Good("b") with { Hash = 5 });
        first.Decoded = new DecodedSample(0.1, 7, false, false, 1);
        second.Decoded = first.Decoded with { ImageHash = (UInt128)secondImage };

        var finding = Assert.Single(new DuplicateCheck().Find(Dataset(first, second, Good("c") with { Hash = 6 })));

        Assert.Equal(["a", "b"], finding.Samples);
        Assert.Equal($"2 latents have the same values: a, b{about}", finding.Evidence);
    }

    [Fact]
    public void Statistics_ChannelFarFromTheRest_IsAWarning()
    {
        var samples = Normal(40);
        samples[17] = samples[17] with { Means = [0, 0, 25, 0] };

        var finding = Assert.Single(new StatisticsCheck().Find(Dataset(samples)));

        Assert.Equal((FindingSeverity.Warning, "s17"), (finding.Severity, Assert.Single(finding.Samples)));
        Assert.StartsWith("mean of channel 2 is 25, of the rest ", finding.Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public void Statistics_OutlierThatDecodesToItsImage_IsANote()
    {
        var samples = Normal(40);
        samples[17] = samples[17] with { Means = [0, 0, 6, 0], Decoded = new DecodedSample(0.01, 1, false, false, 1) };

        Assert.Equal(FindingSeverity.Note, Assert.Single(new StatisticsCheck().Find(Dataset(samples))).Severity);
    }

    [Fact]
    public void Statistics_FewSamples_SayNothing()
    {
        var samples = Normal(19);
        samples[17] = samples[17] with { Means = [0, 0, 25, 0] };

        Assert.Empty(new StatisticsCheck().Find(Dataset(samples)));
    }

    [Fact]
    public void Of_NumbersWithOutliers_AreNotMovedByThem()
    {
        // Deviations from 3: 2, 1, 0, 1, 97.
        var scale = RobustScale.Of([1, 2, 3, 4, 100], floor: 0.1);

        Assert.Equal((3.0, 1.4826), (scale.Median, scale.Spread));
        Assert.Equal(97 / 1.4826, scale.Score(100), 12);
    }

    [Fact]
    public void FitsMirrored_MirroredPicture_DoesAndTheRightOneDoesNot()
    {
        var image = Pictures.Of(1, 0);
        var upright = Small(image);

        Assert.False(upright.FitsMirrored(Small(image)));
        Assert.True(upright.FitsMirrored(Small(LatentFolder.Mirrored(image, horizontally: true))));
        Assert.True(upright.FitsMirrored(Small(LatentFolder.Mirrored(image, horizontally: false))));
        Assert.Equal(1, upright.Correlation(upright), 9);
    }

    [Fact]
    public void Mirrored_Twice_IsTheSame()
    {
        using var image = Pictures.Batch(Pictures.Of(1, 1));
        foreach (var horizontally in (bool[])[true, false])
        {
            using var mirrored = ImageFit.Mirrored(image, horizontally);
            using var back = ImageFit.Mirrored(mirrored, horizontally);

            Assert.Equal(LatentFolder.Mirrored(image.Span.ToArray(), horizontally), mirrored.Span.ToArray());
            Assert.Equal(image.Span.ToArray(), back.Span.ToArray());
        }
    }

    [Fact]
    public void To_OtherAspectRatio_CoversAndCropsTheMiddle()
    {
        // Columns 0…7: twice as wide as wanted, so the two at either side go.
        using var image = TensorBuffer.CopyOf(new TensorShape(1, 3, 4, 8), [.. Enumerable.Range(0, 96).Select(i => (float)(i % 8))]);
        using var fitted = ImageFit.To(image, 4, 4);

        Assert.Equal([2, 3, 4, 5], fitted.Span[..4].ToArray());
    }

    private static Thumbnail Small(float[] image) => new(image, Pictures.Side, Pictures.Side);

    private static AuditedDataset Dataset(params AuditedSample[] samples) => new(samples, null, null);

    private static AuditedSample[] Normal(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Good($"s{i}") with { Means = FormulaTensors.Signed($"mean{i}", 4, 0.5), Stds = FormulaTensors.Signed($"std{i}", 4, 0.3, 1) })];

    private static AuditedSample Good(string id) => new(id, new TensorShape(4, 8, 8), null)
    {
        NaN = 0,
        Infinite = 0,
        Zeros = 0,
        IsConstant = false,
        SecondHalfSameSign = 0.5,
        SecondHalfMean = 0,
        Std = 1,
        Means = [0, 0, 0, 0],
        Stds = [1, 1, 1, 1],
        Hash = (UInt128)id.GetHashCode(StringComparison.Ordinal),
    };
}
