using System.Text.Json;
using PerceptualEval.Statistics;
using PerceptualEval.TestSupport;

namespace PerceptualEval.Tests.Statistics;

/// <summary>The statistics of comparisons against SciPy's (tools/make_statistics_goldens.py).</summary>
public sealed class ComparisonGoldensTests
{
    // What is deterministic admits the last digits of the distribution functions; a wrong tail, tie correction or exact count moves
    // these sets by 1e-3 and more.
    private const double Tolerance = 1e-9;

    // Single runs scatter around the golden mean of 40 with the standard deviation written beside it. The percentile interval of the
    // skewed set lies further off than this.
    private const double StandardDeviations = 5;

    private static readonly JsonElement Goldens = JsonElement.Parse(File.ReadAllBytes(
        Path.Combine(SharedFolder.Repository, "tests", "PerceptualEval.Tests", "Statistics", "comparisons.json")));

    public static TheoryData<string> Names(string kind) => new(Goldens.GetProperty(kind).EnumerateArray().Select(golden => golden.GetProperty("name").GetString()!));

    public static TheoryData<int> Indices(string kind) => new(Enumerable.Range(0, Goldens.GetProperty(kind).GetArrayLength()));

    [Theory]
    [MemberData(nameof(Names), "wilcoxon")]
    public void PValue_GoldenDifferences_IsScipys(string name)
    {
        var golden = Golden("wilcoxon", name);

        Assert.Equal(golden.GetProperty("p").GetDouble(), WilcoxonSignedRank.PValue(Numbers(golden, "values")), Tolerance);
    }

    [Fact]
    public void PValue_AllZero_IsOne() => Assert.Equal(1, WilcoxonSignedRank.PValue([0, 0, 0]));

    [Theory]
    [MemberData(nameof(Names), "bootstrap")]
    public void MeanInterval_GoldenDifferences_IsScipysWithinMonteCarloError(string name)
    {
        var golden = Golden("bootstrap", name);
        var values = Numbers(golden, "values");

        foreach (var seed in (int[])[0, 1, 2])
        {
            var interval = Bootstrap.MeanInterval(values, seed, Cancel)!.Value;

            Assert.InRange(interval.Low - golden.GetProperty("low").GetDouble(), -Scatter("low_std"), Scatter("low_std"));
            Assert.InRange(interval.High - golden.GetProperty("high").GetDouble(), -Scatter("high_std"), Scatter("high_std"));
        }

        double Scatter(string end) => StandardDeviations * golden.GetProperty(end).GetDouble();
    }

    [Fact]
    public void MeanInterval_SameSeed_IsTheSameToTheLastBit()
    {
        var values = Numbers(Golden("bootstrap", "skewed, 200"), "values");

        Assert.Equal(Bootstrap.MeanInterval(values, 7, Cancel), Bootstrap.MeanInterval(values, 7, Cancel));
        Assert.NotEqual(Bootstrap.MeanInterval(values, 7, Cancel), Bootstrap.MeanInterval(values, 8, Cancel));
    }

    [Fact]
    public void MeanIntervals_SeveralMeasures_AreEachTheSameAsAlone()
    {
        var values = Numbers(Golden("bootstrap", "skewed, 200"), "values");
        double[][] measures = [values, [.. values.Select(value => -value)], [.. values.Select(_ => 0.1)], [.. values.Select(value => value * value)]];

        var intervals = Bootstrap.MeanIntervals(measures, 7, Cancel);

        Assert.Equal(measures.Select(measure => Bootstrap.MeanInterval(measure, 7, Cancel)), intervals);
    }

    [Fact]
    public void MeanInterval_EqualValues_HasNoWidth() =>
        Assert.Equal(new ConfidenceInterval(0.1, 0.1), Bootstrap.MeanInterval([0.1, 0.1, 0.1], 0, Cancel));

    [Fact]
    public void MeanInterval_ValuesApartByRounding_StaysWithinThem()
    {
        // Their resampled means round to one of both: the bias and the acceleration of nothing.
        var interval = Bootstrap.MeanInterval([0.1, Math.BitIncrement(0.1)], 0, Cancel)!.Value;

        Assert.InRange(interval.Low, 0.1, Math.BitIncrement(0.1));
        Assert.InRange(interval.High, interval.Low, Math.BitIncrement(0.1));
    }

    [Fact]
    public void MeanInterval_OneValue_IsNull() => Assert.Null(Bootstrap.MeanInterval([0.5], 0, Cancel));

    [Theory]
    [InlineData(10, 9_999)]
    [InlineData(10_000, 9_999)]
    [InlineData(50_000, 2_000)]
    [InlineData(1_000_000, 999)]
    public void Resamples_Count_BoundsTheWork(int count, int expected) => Assert.Equal(expected, Bootstrap.Resamples(count));

    [Theory]
    [MemberData(nameof(Indices), "spearman")]
    public void Of_GoldenPairs_IsScipys(int index)
    {
        var golden = Goldens.GetProperty("spearman")[index];

        var correlation = RankCorrelation.Of(Numbers(golden, "a"), Numbers(golden, "b"))!;

        Assert.Equal(golden.GetProperty("rho").GetDouble(), correlation.Rho, Tolerance);
        Assert.Equal(golden.GetProperty("p").GetDouble(), correlation.P!.Value, Tolerance);
    }

    [Fact]
    public void Of_OneMeasureConstant_IsNull() => Assert.Null(RankCorrelation.Of([0.1, 0.1, 0.1], [1, 2, 3]));

    [Fact]
    public void Of_OtherLengths_IsRefused() => Assert.Throws<ArgumentException>(() => RankCorrelation.Of([1, 2, 3], [1, 2]));

    [Theory]
    [MemberData(nameof(Indices), "holm")]
    public void Adjust_GoldenPValues_AreHolms(int index)
    {
        var golden = Goldens.GetProperty("holm")[index];

        var adjusted = HolmCorrection.Adjust(Numbers(golden, "p"));

        Assert.All(adjusted.Zip(Numbers(golden, "adjusted")), pair => Assert.Equal(pair.Second, pair.First, Tolerance));
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static JsonElement Golden(string kind, string name) =>
        Goldens.GetProperty(kind).EnumerateArray().Single(golden => golden.GetProperty("name").GetString() == name);

    private static double[] Numbers(JsonElement golden, string property) => [.. golden.GetProperty(property).EnumerateArray().Select(value => value.GetDouble())];
}
