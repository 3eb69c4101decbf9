using PerceptualEval.Cli.Auditing;
using PerceptualEval.Cli.Auditing.Decoding;
using PerceptualEval.Models;
using PerceptualEval.Tensors;

namespace PerceptualEval.Cli.Tests.Auditing;

/// <summary>What distances prove.</summary>
public sealed class ExaminationTests
{
    [Fact]
    public void Find_OtherUnitsALittleCloser_IsALatentOfAnotherImage()
    {
        var finding = Examined(0.79, inOtherUnits: 0.45, toOthers: 0.8).Find();

        Assert.Equal((FindingSeverity.Error, FindingKind.OtherImage), (finding!.Severity, finding.Kind));
        Assert.StartsWith("LPIPS to its image 0.79; median to the images of others 0.8; ", finding.Evidence, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.45, true)]
    [InlineData(0.3, false)]
    public void Find_OtherUnitsCloserAndLikely_AreTheUnits(double inOtherUnits, bool looksLikeOtherUnits)
    {
        var examined = Examined(0.79, inOtherUnits, toOthers: 0.8);
        examined.Sample.Decoded!.LooksLikeOtherUnits = looksLikeOtherUnits;

        Assert.Equal(FindingKind.Units, examined.Find()!.Kind);
    }

    [Theory]
    [InlineData(0.8, FindingSeverity.Error)]
    [InlineData(0.95, FindingSeverity.Warning)]
    [InlineData(1.2, FindingSeverity.Note)]
    public void Find_NothingExplainsIt_TheShareOfTheDistanceToOthersDecides(double toOthers, object severity)
    {
        var examined = Examined(0.6, inOtherUnits: null, toOthers);
        examined.Sample.Decoded!.IsOutlier = true;

        Assert.Equal((FindingSeverity)severity, examined.Find()!.Severity);
    }

    [Fact]
    public void Find_NoImagesOfOthers_IsANoteThatSaysSo()
    {
        var finding = Examined(0.6, inOtherUnits: null, toOthers: null).Find();

        Assert.Equal(FindingSeverity.Note, finding!.Severity);
        Assert.EndsWith("There are no images of others to say whether that is much", finding.Evidence, StringComparison.Ordinal);
    }

    private static Examination Examined(double distance, double? inOtherUnits, double? toOthers)
    {
        var sample = new AuditedSample("a", new TensorShape(4, 8, 8), null)
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
            Hash = 1,
            Decoded = new DecodedSample(distance, 1, ImageIsFlat: false, LooksMirrored: false, Correlation: 0.5),
        };
        return new Examination(sample) { Units = LatentUnits.Model, FlippedHorizontally = distance, FlippedVertically = distance, InOtherUnits = inOtherUnits, ToOthers = toOthers };
    }
}
