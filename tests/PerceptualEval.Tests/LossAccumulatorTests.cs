using CsCheck;
using PerceptualEval.Statistics;

namespace PerceptualEval.Tests;

public sealed class LossAccumulatorTests
{
    private static readonly Gen<double> AnyTerm = Gen.Frequency((20, Gen.Double[0, 10]), (1, Gen.Const(double.NaN)));

    private static readonly Gen<SampleLoss[]> AnySamples =
        Gen.Select(AnyTerm, AnyTerm, AnyTerm.Nullable(), AnyTerm.Nullable())
            .Select(terms => new SampleLoss(terms.Item1, terms.Item2, terms.Item3, terms.Item4))
            .Array[0, 20];

    [Fact]
    public void Compute_NothingAdded_CountsNoneAndKnowsNothing()
    {
        var empty = TermSummary.Of([]);

        Assert.Equal(new LossSummary(0, 0, empty, empty, null, null), new LossAccumulator().Compute());
    }

    [Fact]
    public void Compute_AllTerms_SummarizesEach()
    {
        var summary = Accumulate(new(1, 2, 3, 4), new(3, 4, 7, 12)).Compute();

        Assert.Equal(2, summary.Count);
        Assert.Equal(0, summary.NonFinite);
        Assert.Equal((2, 1, 3), (summary.Loss.Mean, summary.Loss.Min, summary.Loss.Max));
        Assert.Equal((3, 2, 4), (summary.LatentL2Loss.Mean, summary.LatentL2Loss.Min, summary.LatentL2Loss.Max));
        Assert.Equal((5, 3, 7), (summary.PerceptualLoss?.Mean, summary.PerceptualLoss?.Min, summary.PerceptualLoss?.Max));
        Assert.Equal((8, 4, 12), (summary.PerceptualLossOnInputs?.Mean, summary.PerceptualLossOnInputs?.Min, summary.PerceptualLossOnInputs?.Max));
    }

    [Fact]
    public void Compute_TermNotComputed_HasNoSummaryForIt()
    {
        var summary = Accumulate(new(1, 1, null, null), new(2, 2, null, null)).Compute();

        Assert.Equal(1.5, summary.Loss.Mean);
        Assert.Null(summary.PerceptualLoss);
        Assert.Null(summary.PerceptualLossOnInputs);
    }

    [Fact]
    public void Compute_TermComputedForSomeSamples_SummarizesThose()
    {
        var summary = Accumulate(new(1, 1, null, null), new(2, 2, 6, null)).Compute();

        Assert.Equal(1.5, summary.Loss.Mean);
        Assert.Equal(6, summary.PerceptualLoss?.Mean);
    }

    [Theory]
    [InlineData(double.NaN, 1.0, 1.0, 1.0)]
    [InlineData(double.PositiveInfinity, 1.0, 1.0, 1.0)]
    [InlineData(9.0, double.NaN, 1.0, 1.0)]
    [InlineData(9.0, 1.0, double.NegativeInfinity, 1.0)]
    [InlineData(9.0, 1.0, 1.0, double.NaN)]
    public void Compute_NonFiniteSample_CountsItAndLeavesItOutOfEveryTerm(double loss, double latent, double perceptual, double onInputs)
    {
        var summary = Accumulate(new(1, 2, 3, 4), new(loss, latent, perceptual, onInputs), new(3, 4, 7, 12)).Compute();

        Assert.Equal(3, summary.Count);
        Assert.Equal(1, summary.NonFinite);
        Assert.Equal((2, 3, 5, 8), (summary.Loss.Mean, summary.LatentL2Loss.Mean, summary.PerceptualLoss?.Mean, summary.PerceptualLossOnInputs?.Mean));
    }

    [Fact]
    public void Compute_EverySampleNonFinite_TellsComputedFromNotComputed()
    {
        var summary = Accumulate(new SampleLoss(double.NaN, 1, double.NaN, null)).Compute();

        Assert.Equal(1, summary.Count);
        Assert.Equal(1, summary.NonFinite);
        Assert.Null(summary.Loss.Mean);
        Assert.Equal(TermSummary.Of([]), summary.PerceptualLoss);
        Assert.Null(summary.PerceptualLossOnInputs);
    }

    [Fact]
    public void Compute_ThenMoreSamples_CountsThemToo()
    {
        var accumulator = Accumulate(new SampleLoss(1, 1, null, null));
        Assert.Equal(1, accumulator.Compute().Loss.Mean);

        accumulator.Update(new SampleLoss(3, 3, null, null));

        Assert.Equal(2, accumulator.Compute().Loss.Mean);
    }

    [Fact]
    public void Merge_Parts_EqualsOnePass() =>
        Gen.Select(AnySamples, AnySamples).Sample((first, second) =>
            Merged(Accumulate(first), Accumulate(second)).Compute() == Accumulate([.. first, .. second]).Compute());

    [Fact]
    public void Merge_EitherWayRound_IsTheSame() =>
        Gen.Select(AnySamples, AnySamples).Sample((first, second) =>
            Merged(Accumulate(first), Accumulate(second)).Compute() == Merged(Accumulate(second), Accumulate(first)).Compute());

    [Fact]
    public void Merge_EitherGrouping_IsTheSame() =>
        Gen.Select(AnySamples, AnySamples, AnySamples).Sample((first, second, third) =>
            Merged(Merged(Accumulate(first), Accumulate(second)), Accumulate(third)).Compute()
                == Merged(Accumulate(first), Merged(Accumulate(second), Accumulate(third))).Compute());

    [Fact]
    public void Merge_Other_LeavesTheOtherAsItWas()
    {
        var other = Accumulate(new SampleLoss(1, 1, 1, 1));
        var merged = Merged(Accumulate(new SampleLoss(3, 3, null, null)), other);

        merged.Update(new SampleLoss(8, 8, 8, 8));

        Assert.Equal(4, merged.Compute().Loss.Mean);
        Assert.Equal(1, other.Compute().PerceptualLoss?.Max);
    }

    [Fact]
    public void Merge_Null_IsRefused() => Assert.Throws<ArgumentNullException>(() => new LossAccumulator().Merge(null!));

    private static LossAccumulator Accumulate(params SampleLoss[] samples)
    {
        var accumulator = new LossAccumulator();
        foreach (var sample in samples)
        {
            accumulator.Update(sample);
        }

        return accumulator;
    }

    private static LossAccumulator Merged(LossAccumulator accumulator, LossAccumulator other)
    {
        accumulator.Merge(other);
        return accumulator;
    }
}
