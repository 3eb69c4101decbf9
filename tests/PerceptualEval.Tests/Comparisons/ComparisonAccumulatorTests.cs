using PerceptualEval.Comparisons;
using PerceptualEval.Statistics;

namespace PerceptualEval.Tests.Comparisons;

public sealed class ComparisonAccumulatorTests
{
    private const int Samples = 40;

    // Losses that scatter over samples far more than checkpoints differ: only the pairs tell.
    private static readonly double[] Base = [.. Enumerable.Range(0, Samples).Select(i => 0.2 + (0.1 * Math.Sin(i * 7.3)))];

    [Fact]
    public void Compute_OneCheckpoint_GivesTheSummaryOfScore()
    {
        var alone = new LossAccumulator();
        var compared = new ComparisonAccumulator(["a"]);
        foreach (var (i, value) in Base.Index())
        {
            alone.Update(Loss(value));
            compared.Update($"s{i}", [Loss(value)]);
        }

        var summary = compared.Compute(cancellationToken: Cancel);

        var expected = alone.Compute();
        var losses = Assert.Single(summary.Checkpoints).Losses;
        Assert.Equal(expected.Loss, losses.Loss with { Ci95 = expected.Loss.Ci95 });
        Assert.Equal(expected.PerceptualLoss, losses.PerceptualLoss! with { Ci95 = expected.PerceptualLoss!.Ci95 });
        Assert.Equal(Bootstrap.MeanInterval(Base, 0, Cancel), losses.Loss.Ci95);
        Assert.Empty(summary.Comparisons);
    }

    [Fact]
    public void Compute_BaselineAgainstItself_ShowsNoDifference()
    {
        var comparison = Assert.Single(Compare(["a", "b"], null, value => value).Comparisons);

        Assert.Equal(new PairedDifference(Samples, 0, new ConfidenceInterval(0, 0), 0.5, 1), comparison.Loss);
        Assert.Equal(1, comparison.HolmP);
        Assert.Equal(Verdict.NoDifferenceShown, comparison.Verdict);
    }

    [Theory]
    [InlineData(0.99, 1.0, Verdict.Better)]
    [InlineData(1.01, 0.0, Verdict.Worse)]
    public void Compute_SlightButSteadyDifference_IsShown(double factor, double winRate, Verdict verdict)
    {
        var comparison = Assert.Single(Compare(["a", "b"], null, value => value * factor).Comparisons);

        Assert.Equal(("b", "a"), (comparison.Name, comparison.Baseline));
        Assert.Equal(winRate, comparison.Loss!.WinRate);
        Assert.Equal((factor - 1) * Base.Average(), comparison.Loss.Mean, 1e-12);
        Assert.InRange(comparison.Loss.Mean, comparison.Loss.Ci95!.Value.Low, comparison.Loss.Ci95.Value.High);
        Assert.Equal(verdict, comparison.Verdict);
    }

    [Fact]
    public void Compute_BaselineNamed_SwapsTheSigns()
    {
        var forth = Assert.Single(Compare(["a", "b"], "a", value => value * 0.9).Comparisons);
        var back = Assert.Single(Compare(["a", "b"], "b", value => value * 0.9).Comparisons);

        Assert.Equal("a", back.Name);
        Assert.Equal(-forth.Loss!.Mean, back.Loss!.Mean, 1e-15);
        Assert.Equal(1 - forth.Loss.WinRate, back.Loss.WinRate, 1e-15);
        Assert.Equal(forth.Loss.P, back.Loss.P, 1e-15);
        Assert.Equal((Verdict.Better, Verdict.Worse), (forth.Verdict, back.Verdict));
    }

    [Fact]
    public void Compute_ThreeCandidates_CorrectsForThem()
    {
        var accumulator = new ComparisonAccumulator(["a", "b", "c", "d"]);
        for (var i = 0; i < Samples; i++)
        {
            accumulator.Update($"s{i}", [Loss(Base[i]), Loss(Base[i] * 0.9), Loss(Base[i] + (0.01 * Math.Cos(i))), Loss(Base[i] + 0.001)]);
        }

        var comparisons = accumulator.Compute(cancellationToken: Cancel).Comparisons;

        Assert.Equal(["b", "c", "d"], comparisons.Select(comparison => comparison.Name));
        Assert.Equal(HolmCorrection.Adjust([.. comparisons.Select(comparison => comparison.Loss!.P)]), comparisons.Select(comparison => comparison.HolmP));
        Assert.Equal([Verdict.Better, Verdict.NoDifferenceShown, Verdict.Worse], comparisons.Select(comparison => comparison.Verdict));
    }

    [Fact]
    public void Compute_NonFiniteInOneCheckpoint_IsCountedThereAndPairsNowhere()
    {
        var accumulator = new ComparisonAccumulator(["a", "b"]);
        accumulator.Update("x", [Loss(0.1), Loss(0.2)]);
        accumulator.Update("y", [Loss(0.5), Loss(double.NaN)]);
        accumulator.Update("z", [Loss(0.3), Loss(0.1)]);

        var summary = accumulator.Compute(cancellationToken: Cancel);

        Assert.Equal(Bootstrap.MeanInterval([0.1, 0.5, 0.3], 0, Cancel), summary.Checkpoints[0].Losses.Loss.Ci95);
        Assert.Equal(Bootstrap.MeanInterval([0.2, 0.1], 0, Cancel), summary.Checkpoints[1].Losses.Loss.Ci95);
        Assert.Equal(accumulator.Difference("b", "a", 0, Cancel), summary.Comparisons[0].Loss);
        Assert.Equal([("x", 0.2), ("y", double.NaN), ("z", 0.1)], accumulator.Losses("b"));
        Assert.Equal([0L, 1L], summary.Checkpoints.Select(checkpoint => checkpoint.Losses.NonFinite));
        Assert.Equal(0.3, summary.Checkpoints[0].Losses.Loss.Mean!.Value, 1e-15);
        Assert.Equal(2, summary.Comparisons[0].Loss!.Count);
        Assert.Equal(-0.05, summary.Comparisons[0].Loss!.Mean, 1e-15);
        Assert.Equal(["x", "z"], summary.RankAgreements[1].Disagreements.Select(sample => sample.Id).Order());
    }

    [Fact]
    public void Compute_Cancelled_Stops()
    {
        var accumulator = new ComparisonAccumulator(["a"]);
        accumulator.Update("x", [Loss(0.1)]);
        accumulator.Update("y", [Loss(0.2)]);

        Assert.ThrowsAny<OperationCanceledException>(() => accumulator.Compute(0, new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Compute_NothingFinite_HasNoDifference()
    {
        var accumulator = new ComparisonAccumulator(["a", "b"]);
        accumulator.Update("x", [Loss(0.1), Loss(double.NaN)]);

        var comparison = Assert.Single(accumulator.Compute(cancellationToken: Cancel).Comparisons);

        Assert.Null(comparison.Loss);
        Assert.Equal((1, Verdict.NoDifferenceShown), (comparison.HolmP, comparison.Verdict));
    }

    [Fact]
    public void Compute_RanksApart_NamesTheSampleThatDisagreesMost()
    {
        var accumulator = new ComparisonAccumulator(["a"]);
        double[] perceptual = [0.1, 0.2, 0.3, 0.9, 0.4];
        for (var i = 0; i < perceptual.Length; i++)
        {
            // The fourth looks worst and has the smallest latent L2.
            accumulator.Update($"s{i}", [new SampleLoss(1, i == 3 ? 0.01 : 0.1 + i, perceptual[i], null)]);
        }

        var agreement = Assert.Single(accumulator.Compute(cancellationToken: Cancel).RankAgreements);

        Assert.Equal(new RankDisagreement("s3", 0.01, 0.9, 0, 1), agreement.Disagreements[0]);
        Assert.Equal(0, agreement.Spearman!.Rho, 1e-15);
        Assert.Equal(1, agreement.Spearman.P!.Value, 1e-9);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData]
    public void New_NamesNotTheirOwn_AreRefused(params string[] names) => Assert.Throws<ArgumentException>(() => new ComparisonAccumulator(names));

    [Fact]
    public void New_UnknownBaseline_IsRefused() => Assert.Throws<ArgumentException>(() => new ComparisonAccumulator(["a"], "b"));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static ComparisonSummary Compare(string[] names, string? baseline, Func<double, double> candidate)
    {
        var accumulator = new ComparisonAccumulator(names, baseline);
        foreach (var (i, value) in Base.Index())
        {
            accumulator.Update($"s{i}", [Loss(value), Loss(candidate(value))]);
        }

        return accumulator.Compute(cancellationToken: Cancel);
    }

    // The latent term falls where the perceptual one rises: their ranks disagree.
    private static SampleLoss Loss(double value) => new(value, 1 - value, value, null);
}
